package dev.zendo.dom0.net.nat.dhcp;

import dev.zendo.dom0.net.wire.Wire;
import java.util.Optional;

/**
 * What a client asks (RFC 2131, 2). Addresses are 32 bits, 0 where there is none.
 *
 * @param type one of the constants
 * @param transaction the client's number
 * @param broadcast whether the answer must go to all stations
 * @param client the client's address when it has one ({@code ciaddr})
 * @param station its MAC address ({@code chaddr})
 * @param requested the address that it wants
 * @param server to whom it speaks
 */
public record DhcpMessage(
    int type,
    int transaction,
    boolean broadcast,
    int client,
    long station,
    int requested,
    int server) {
  public static final int DISCOVER = 1;
  public static final int OFFER = 2;
  public static final int REQUEST = 3;
  public static final int DECLINE = 4;
  public static final int ACK = 5;
  public static final int NAK = 6;
  public static final int RELEASE = 7;
  public static final int INFORM = 8;

  static final int BOOT_REQUEST = 1;
  static final int BOOT_REPLY = 2;
  static final int ETHERNET = 1;
  static final int MAC_BYTES = 6;
  static final int XID = 4;
  static final int FLAGS = 10;
  static final int BROADCAST_FLAG = 0x8000;
  static final int CIADDR = 12;
  static final int YIADDR = 16;
  static final int GIADDR = 24;
  static final int CHADDR = 28;
  static final int COOKIE_AT = 236;
  static final int COOKIE = 0x6382_5363;
  static final int OPTIONS = 240;

  static final int PAD = 0;
  static final int END = 255;
  static final int MASK = 1;
  static final int ROUTER = 3;
  static final int DNS = 6;
  static final int REQUESTED = 50;
  static final int LEASE_TIME = 51;
  static final int TYPE = 53;
  static final int SERVER = 54;

  /** Reads a client's message; empty when it is none, or came through a relay. */
  public static Optional<DhcpMessage> parse(byte[] data, int at, int length) {
    if (length < OPTIONS
        || Wire.u8(data, at) != BOOT_REQUEST
        || Wire.u8(data, at + 1) != ETHERNET
        || Wire.u8(data, at + 2) != MAC_BYTES
        || Wire.i32(data, at + GIADDR) != 0
        || Wire.i32(data, at + COOKIE_AT) != COOKIE) {
      return Optional.empty();
    }
    int end = at + length;
    int type = option(data, at + OPTIONS, end, TYPE, 1);
    if (type < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new DhcpMessage(
            Wire.u8(data, type),
            Wire.i32(data, at + XID),
            (Wire.u16(data, at + FLAGS) & BROADCAST_FLAG) != 0,
            Wire.i32(data, at + CIADDR),
            Wire.u48(data, at + CHADDR),
            address(data, at + OPTIONS, end, REQUESTED),
            address(data, at + OPTIONS, end, SERVER)));
  }

  private static int address(byte[] data, int at, int end, int code) {
    int found = option(data, at, end, code, 4);
    return found < 0 ? 0 : Wire.i32(data, found);
  }

  /** Offset of an option's value, if it is there with this length; otherwise -1. */
  private static int option(byte[] data, int from, int end, int code, int bytes) {
    int i = from;
    while (i < end) {
      int kind = Wire.u8(data, i);
      if (kind == PAD) {
        i++;
        continue;
      }
      if (kind == END || end - i < 2 || Wire.u8(data, i + 1) > end - i - 2) {
        return -1;
      }
      if (kind == code && Wire.u8(data, i + 1) == bytes) {
        return i + 2;
      }
      i += 2 + Wire.u8(data, i + 1);
    }
    return -1;
  }
}
