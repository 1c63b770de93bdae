package dev.zendo.xenstore.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Frames around what was written at a time, so that a reader knows how far a file is whole: a mark,
 * the length of the payload and the CRC-32C of length and payload, 32 bits each and big-endian,
 * then the payload. Stateless.
 */
final class Frames {
  private static final int MARK = 0x5a58460a;
  private static final int HEADER = 12;

  /** Takes payloads. */
  interface Target {
    void accept(byte[] payload) throws IOException;
  }

  private Frames() {}

  static byte[] frame(byte[] payload) {
    return ByteBuffer.allocate(HEADER + payload.length)
        .putInt(MARK)
        .putInt(payload.length)
        .putInt(checksum(payload, 0, payload.length))
        .put(payload)
        .array();
  }

  private static int checksum(byte[] bytes, int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(4).putInt(length).flip());
    crc.update(bytes, at, length);
    return (int) crc.getValue();
  }

  /** Hands over the payloads from an offset on; gives the offset where no whole frame begins. */
  static int read(byte[] file, int from, Target target) throws IOException {
    int at = from;
    for (int length = lengthAt(file, at); length >= 0; length = lengthAt(file, at)) {
      byte[] payload = new byte[length];
      System.arraycopy(file, at + HEADER, payload, 0, length);
      target.accept(payload);
      at += HEADER + length;
    }
    return at;
  }

  /** Where the next whole frame behind an offset begins, or -1. */
  static int findAfter(byte[] file, int offset) {
    for (int at = offset + 1; at + HEADER <= file.length; at++) {
      if (lengthAt(file, at) >= 0) {
        return at;
      }
    }
    return -1;
  }

  /** The length of the payload of the whole frame at an offset, or -1 if there is none. */
  private static int lengthAt(byte[] file, int at) {
    if (at + HEADER > file.length) {
      return -1;
    }
    ByteBuffer header = ByteBuffer.wrap(file, at, HEADER);
    if (header.getInt() != MARK) {
      return -1;
    }
    int length = header.getInt();
    return length >= 0
            && length <= file.length - at - HEADER
            && header.getInt() == checksum(file, at + HEADER, length)
        ? length
        : -1;
  }
}
