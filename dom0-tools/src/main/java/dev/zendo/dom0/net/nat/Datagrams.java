package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.InternetChecksum;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.Wire;

/** Sends UDP datagrams to guests, in fragments where they are too large for a packet. */
final class Datagrams {
  private static final int HEADER = Ip.UDP_HEADER;

  /** Payload of a fragment, a multiple of 8. */
  private static final int PIECE = (Ip.MTU - Ip.V4_HEADER) & ~7;

  private static final int PSEUDO_HEADER = 12;

  private final NatCore core;
  private final byte[] large = new byte[0x10000 + PSEUDO_HEADER];

  Datagrams(NatCore core) {
    this.core = core;
  }

  /**
   * Sends a datagram to a guest.
   *
   * @param key both ends
   * @param length of the payload, at the beginning of {@code payload}
   */
  void send(long station, FlowKey key, byte[] payload, int length) {
    if (HEADER + length <= Ip.MTU - Ip.V4_HEADER) {
      Frame frame =
          core.writer.udp(
              station, key.other(), key.otherPort(), key.guest(), key.guestPort(), length);
      System.arraycopy(payload, 0, frame.data(), PacketWriter.PAYLOAD + HEADER, length);
      core.send(frame);
    } else {
      fragments(station, key, payload, length);
    }
  }

  private void fragments(long station, FlowKey key, byte[] payload, int length) {
    int bytes = HEADER + length;
    int at = PSEUDO_HEADER;
    PacketWriter.udpHeader(large, at, key.otherPort(), key.guestPort(), bytes);
    System.arraycopy(payload, 0, large, at + HEADER, length);
    Wire.put16(large, at + Ip.UDP_CHECKSUM, checksum(key, bytes));
    int id = core.writer.nextId();
    for (int offset = 0; offset < bytes; offset += PIECE) {
      int piece = Math.min(PIECE, bytes - offset);
      int more = offset + piece < bytes ? Ip.MORE_FRAGMENTS : 0;
      Frame frame =
          core.writer.fragment(
              station, key.other(), key.guest(), Ip.UDP, piece, id, offset / 8 | more);
      System.arraycopy(large, at + offset, frame.data(), PacketWriter.PAYLOAD, piece);
      core.send(frame);
    }
  }

  private int checksum(FlowKey key, int bytes) {
    Wire.put32(large, 0, key.other());
    Wire.put32(large, 4, key.guest());
    Wire.put32(large, 8, Ip.UDP << 16 | bytes);
    int sum = InternetChecksum.of(large, 0, PSEUDO_HEADER + bytes);
    // 0 would mean that there is none.
    return sum == 0 ? 0xffff : sum;
  }
}
