package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;
import java.nio.charset.StandardCharsets;

/** Writes the body of an answer, up to a limit: what does not fit is ERANGE. */
final class MessageWriter {
  private final byte[] message;
  private int limit;
  private int at;

  MessageWriter(byte[] message) {
    this.message = message;
  }

  /** Starts anew at an offset; nothing is written at or behind {@code end}. */
  void restart(int from, int end) {
    at = from;
    limit = Math.min(end, message.length);
  }

  byte[] message() {
    return message;
  }

  /** Where the next byte goes. */
  int position() {
    return at;
  }

  /** Goes back or forward to write there. */
  void position(int position) {
    at = position;
  }

  /** Bytes that still fit. */
  int room() {
    return limit - at;
  }

  private int take(int count) throws HostError {
    if (count > room()) {
      throw new HostError(Errno.ERANGE);
    }
    int from = at;
    at += count;
    return from;
  }

  void u8(int value) throws HostError {
    message[take(1)] = (byte) value;
  }

  void u16(int value) throws HostError {
    u8(value);
    u8(value >> 8);
  }

  void u32(int value) throws HostError {
    u16(value);
    u16(value >> 16);
  }

  void u64(long value) throws HostError {
    u32((int) value);
    u32((int) (value >>> 32));
  }

  void string(String text) throws HostError {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    u16(bytes.length);
    System.arraycopy(bytes, 0, message, take(bytes.length), bytes.length);
  }

  void qid(Qid qid) throws HostError {
    u8(qid.type());
    u32(qid.version());
    u64(qid.path());
  }

  void time(FileStatus.Time time) throws HostError {
    u64(time.seconds());
    u64(time.nanoseconds());
  }
}
