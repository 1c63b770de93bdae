package dev.zendo.xenstore;

/**
 * The header of a message of the wire protocol (Xen's {@code io/xs_wire.h}, {@code struct
 * xsd_sockmsg}): four little-endian 32-bit fields, followed by the payload.
 */
final class MessageHeader {
  static final int TYPE = 0;
  static final int REQUEST_ID = 4;
  static final int TRANSACTION_ID = 8;
  static final int LENGTH = 12;

  /** Bytes of the header. */
  static final int SIZE = 16;

  /** The longest payload in either direction; a client that announces more is cut off. */
  static final int MAX_PAYLOAD = 4096;

  private MessageHeader() {}

  static int get(byte[] bytes, int at) {
    return bytes[at] & 0xff
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | (bytes[at + 3] & 0xff) << 24;
  }

  static void put(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >>> 8);
    bytes[at + 2] = (byte) (value >>> 16);
    bytes[at + 3] = (byte) (value >>> 24);
  }
}
