package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.Offload;
import dev.zendo.dom0.net.wire.Wire;

/** Sends packets of ours that may be too large for the network. On the network's thread. */
final class Fragments {
  /** Payload of a fragment, a multiple of 8. */
  private static final int PIECE = (Ip.MTU - Ip.V4_HEADER) & ~7;

  private final NatCore core;
  private final Offload offload;

  Fragments(NatCore core, Offload offload) {
    this.core = core;
    this.offload = offload;
  }

  /** Sends an IPv4 packet of {@link PacketWriter}, in pieces where it is too large. */
  void send(Frame frame) {
    if (frame.length() <= Ip.ETHERNET + Ip.MTU) {
      core.send(frame);
      return;
    }
    offload.complete(frame);
    byte[] data = frame.data();
    long station = Wire.u48(data, 0);
    int from = Wire.i32(data, Ip.ETHERNET + Ip.V4_SOURCE);
    int to = Wire.i32(data, Ip.ETHERNET + Ip.V4_DESTINATION);
    int protocol = Wire.u8(data, Ip.ETHERNET + Ip.V4_PROTOCOL);
    int bytes = frame.length() - PacketWriter.PAYLOAD;
    int id = core.writer.nextId();
    for (int offset = 0; offset < bytes; offset += PIECE) {
      int piece = Math.min(PIECE, bytes - offset);
      int more = offset + piece < bytes ? Ip.MORE_FRAGMENTS : 0;
      Frame part = core.writer.fragment(station, from, to, protocol, piece, id, offset / 8 | more);
      System.arraycopy(
          data, PacketWriter.PAYLOAD + offset, part.data(), PacketWriter.PAYLOAD, piece);
      core.send(part);
    }
    frame.release();
  }
}
