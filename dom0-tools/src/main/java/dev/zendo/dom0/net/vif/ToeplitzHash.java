package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.hypercalls.io.NetifHashType;
import java.util.Arrays;

/** The hash function of io/netif.h, by which packets are spread over queues. One thread. */
final class ToeplitzHash {
  /** Bytes of a key: enough for the longest input, two IPv6 addresses and two ports. */
  static final int KEY_BYTES = 40;

  private final byte[] key = new byte[KEY_BYTES];

  /** Sets the key; what it lacks is zeros. */
  void key(byte[] bytes, int length) {
    Arrays.fill(key, (byte) 0);
    System.arraycopy(bytes, 0, key, 0, length);
  }

  /**
   * Hashes addresses, and ports where asked for.
   *
   * @param types what may be hashed: {@link NetifHashType}
   * @return 0 for packets of other kinds
   */
  int of(byte[] data, PacketView packet, int types) {
    boolean v4 = packet.version() == 4;
    boolean tcp = packet.protocol() == Ip.TCP && packet.transport() >= 0 && !packet.fragment();
    int withPorts = v4 ? NetifHashType.IPV4_TCP : NetifHashType.IPV6_TCP;
    int addressesOnly = v4 ? NetifHashType.IPV4 : NetifHashType.IPV6;
    boolean ports = tcp && (types & withPorts) != 0;
    if (!ports && (types & addressesOnly) == 0) {
      return 0;
    }
    int addresses = packet.network() + (v4 ? Ip.V4_SOURCE : Ip.V6_SOURCE);
    int length = v4 ? 8 : 32;
    int hash = add(0, data, addresses, length, 0);
    return ports ? add(hash, data, packet.transport(), 4, length) : hash;
  }

  /** For each bit of the input that is set, the 32 bits of the key from its place on. */
  private int add(int hash, byte[] data, int at, int length, int place) {
    int result = hash;
    for (int i = 0; i < length; i++) {
      long window = window(place + i);
      for (int bit = 0; bit < 8; bit++) {
        if ((data[at + i] & 0x80 >> bit) != 0) {
          result ^= (int) (window >>> 8 - bit);
        }
      }
    }
    return result;
  }

  /** Five bytes of the key. */
  private long window(int at) {
    long value = 0;
    for (int i = at; i < at + 5; i++) {
      value = value << 8 | (i < KEY_BYTES ? key[i] & 0xff : 0);
    }
    return value;
  }
}
