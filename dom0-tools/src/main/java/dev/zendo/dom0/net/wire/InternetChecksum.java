package dev.zendo.dom0.net.wire;

/** The checksum of IP, TCP, UDP and ICMP (RFC 1071). */
public final class InternetChecksum {
  private InternetChecksum() {}

  /**
   * Adds bytes to a sum. All pieces but the last need an even length.
   *
   * @param sum what was summed before; 0 at the beginning
   */
  public static long add(long sum, byte[] data, int at, int length) {
    int i = at;
    int end = at + length;
    long total = sum;
    for (; end - i >= 8; i += 8) {
      long value = Wire.i64(data, i);
      total += (value >>> 32) + (value & 0xffff_ffffL);
    }
    for (; end - i >= 2; i += 2) {
      total += Wire.u16(data, i);
    }
    return i < end ? total + (Wire.u8(data, i) << 8) : total;
  }

  /** The one's complement sum in 16 bits. */
  public static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }

  /** The checksum to store: the complement of the sum. */
  public static int finish(long sum) {
    return ~fold(sum) & 0xffff;
  }

  /** The checksum of one piece. */
  public static int of(byte[] data, int at, int length) {
    return finish(add(0, data, at, length));
  }

  /**
   * The sum of what TCP and UDP add to theirs: addresses, protocol, length.
   *
   * @param packet parsed from {@code data}, IPv4 or IPv6
   * @param length of header and payload of TCP or UDP
   */
  static long pseudoHeader(byte[] data, PacketView packet, int length) {
    boolean v4 = packet.version() == 4;
    int addresses = packet.network() + (v4 ? Ip.V4_SOURCE : Ip.V6_SOURCE);
    return add(0, data, addresses, v4 ? 8 : 32) + packet.protocol() + length;
  }
}
