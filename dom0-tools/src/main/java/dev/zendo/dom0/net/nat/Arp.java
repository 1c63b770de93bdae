package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.dom0.net.wire.Wire;

/** Who has which IPv4 address (RFC 826). */
final class Arp {
  private static final int BYTES = 28;
  private static final int AT = Ip.ETHERNET;
  private static final int OPERATION = AT + 6;
  private static final int SENDER_STATION = AT + 8;
  private static final int SENDER = AT + 14;
  private static final int TARGET_STATION = AT + 18;
  private static final int TARGET = AT + 24;

  /** Ethernet, IPv4, and the lengths of their addresses. */
  private static final long FORMAT = 0x0001_0800_0604L;

  private static final int REQUEST = 1;
  private static final int REPLY = 2;

  private Arp() {}

  /** Whether a frame of type ARP is a request or an answer, of the station that sent it. */
  static boolean sound(Frame frame) {
    byte[] data = frame.data();
    if (frame.length() < AT + BYTES || Wire.u48(data, AT) != FORMAT) {
      return false;
    }
    int operation = Wire.u16(data, OPERATION);
    return (operation == REQUEST || operation == REPLY)
        && Wire.u48(data, SENDER_STATION) == Wire.u48(data, 6);
  }

  /** The sender's address; 0 while it only looks whether somebody else has it. */
  static int sender(Frame frame) {
    return Wire.i32(frame.data(), SENDER);
  }

  static boolean asksFor(Frame frame, int address) {
    return Wire.u16(frame.data(), OPERATION) == REQUEST
        && Wire.i32(frame.data(), TARGET) == address;
  }

  /** The answer to a request for an address of ours. */
  static Frame answer(NatCore core, Frame request) {
    byte[] asked = request.data();
    return write(
        core,
        REPLY,
        Wire.i32(asked, TARGET),
        Wire.u48(asked, SENDER_STATION),
        Wire.i32(asked, SENDER));
  }

  /** Asks who has an address. */
  static Frame request(NatCore core, int address) {
    return write(core, REQUEST, core.lan.gateway(), MacAddress.BROADCAST, address);
  }

  private static Frame write(NatCore core, int operation, int ours, long to, int address) {
    Frame frame = core.writer.ethernet(to, Ip.TYPE_ARP, BYTES);
    byte[] data = frame.data();
    Wire.put48(data, AT, FORMAT);
    Wire.put16(data, OPERATION, operation);
    Wire.put48(data, SENDER_STATION, core.lan.station());
    Wire.put32(data, SENDER, ours);
    Wire.put48(data, TARGET_STATION, operation == REQUEST ? 0 : to);
    Wire.put32(data, TARGET, address);
    return frame;
  }
}
