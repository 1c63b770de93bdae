package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.InternetChecksum;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;

/** Answers of ICMP (RFC 792). */
final class Icmp {
  static final int ECHO = 8;
  static final int HOST = 1;
  static final int PORT = 3;

  private static final int ECHO_REPLY = 0;
  private static final int UNREACHABLE = 3;
  private static final int HEADER = 8;
  private static final int CHECKSUM = 2;

  /** Of the packet that did not arrive, behind its IP header. */
  private static final int QUOTED = 8;

  private Icmp() {}

  /** Whether a packet with ICMP asks for an echo. */
  static boolean asksEcho(Frame frame, PacketView view) {
    return Wire.u8(frame.data(), view.transport()) == ECHO;
  }

  /** The echo of a request. */
  static Frame echo(NatCore core, Frame request, PacketView view) {
    byte[] asked = request.data();
    int bytes = view.end() - view.transport();
    Frame frame =
        core.writer.ip(
            Wire.u48(asked, 6),
            Wire.i32(asked, view.network() + Ip.V4_DESTINATION),
            Wire.i32(asked, view.network() + Ip.V4_SOURCE),
            Ip.ICMP,
            bytes);
    System.arraycopy(asked, view.transport(), frame.data(), PacketWriter.PAYLOAD, bytes);
    Wire.put8(frame.data(), PacketWriter.PAYLOAD, ECHO_REPLY);
    return sum(frame, bytes);
  }

  /**
   * Says that a packet did not arrive.
   *
   * @param code why
   */
  static Frame unreachable(NatCore core, Frame lost, PacketView view, int code) {
    byte[] data = lost.data();
    int quoted = Math.min(view.end(), view.transport() + QUOTED) - view.network();
    Frame frame =
        core.writer.ip(
            Wire.u48(data, 6),
            core.lan.gateway(),
            Wire.i32(data, view.network() + Ip.V4_SOURCE),
            Ip.ICMP,
            HEADER + quoted);
    int at = PacketWriter.PAYLOAD;
    Wire.put16(frame.data(), at, UNREACHABLE << 8 | code);
    Wire.put32(frame.data(), at + 4, 0);
    System.arraycopy(data, view.network(), frame.data(), at + HEADER, quoted);
    return sum(frame, HEADER + quoted);
  }

  private static Frame sum(Frame frame, int bytes) {
    int at = PacketWriter.PAYLOAD;
    Wire.put16(frame.data(), at + CHECKSUM, 0);
    Wire.put16(frame.data(), at + CHECKSUM, InternetChecksum.of(frame.data(), at, bytes));
    frame.checksum(false, true);
    return frame;
  }
}
