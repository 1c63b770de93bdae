package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;
import java.nio.charset.StandardCharsets;

/**
 * Reads the body of a request. Whatever the guest wrote there, nothing is read outside of it: a
 * body that is too short is refused with {@link Errno#EINVAL}. Numbers are little endian.
 */
final class MessageReader {
  private final byte[] message;
  private final int end;
  private int at;

  /** Reads from offset {@code from} up to {@code end}. */
  MessageReader(byte[] message, int from, int end) {
    this.message = message;
    this.at = from;
    this.end = end;
  }

  private int take(int count) throws HostError {
    if (count < 0 || count > end - at) {
      throw new HostError(Errno.EINVAL);
    }
    int from = at;
    at += count;
    return from;
  }

  /** The whole message, for {@link #bytes}. */
  byte[] message() {
    return message;
  }

  int u8() throws HostError {
    return message[take(1)] & 0xff;
  }

  int u16() throws HostError {
    return u8() | u8() << 8;
  }

  int u32() throws HostError {
    return u16() | u16() << 16;
  }

  long u64() throws HostError {
    return Integer.toUnsignedLong(u32()) | (long) u32() << 32;
  }

  /** A string: one character for each byte, so that any file name survives. */
  String string() throws HostError {
    int length = u16();
    return new String(message, take(length), length, StandardCharsets.ISO_8859_1);
  }

  /** Steps over bytes and returns the index in the message where they are. */
  int bytes(int count) throws HostError {
    return take(count);
  }
}
