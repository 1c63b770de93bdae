package dev.zendo.dom0.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Collects the bytes that a decompressor makes, up to a limit: the guard against images that unpack
 * to more than any memory holds. Not thread-safe.
 */
final class Unpacked {
  private static final int FIRST_SIZE = 1 << 20;

  private final int limit;
  private byte[] bytes;
  private int size;

  /**
   * Creates an empty collector.
   *
   * @param expected number of bytes that will probably come, 0 when unknown; at most the limit is
   *     reserved for it
   * @param limit number of bytes beyond which unpacking fails
   */
  Unpacked(long expected, long limit) {
    this.limit = (int) Math.min(limit, Integer.MAX_VALUE - 64);
    this.bytes = new byte[(int) Math.min(this.limit, expected > 0 ? expected : FIRST_SIZE)];
  }

  /** The array that unpacked bytes go into; valid until the next {@link #room}. */
  byte[] array() {
    return bytes;
  }

  /** Number of bytes collected, which is where the next one goes. */
  int size() {
    return size;
  }

  /** Counts bytes that the caller has put at {@link #size()}. */
  void advance(int count) {
    size += count;
  }

  /** Room left in {@link #array()} without growing. */
  int left() {
    return bytes.length - size;
  }

  /**
   * Makes room for at least {@code count} more bytes.
   *
   * @throws TooLarge when that is beyond the limit
   */
  void room(int count) throws TooLarge {
    if (count <= left()) {
      return;
    }
    long needed = (long) size + count;
    if (needed > limit) {
      throw new TooLarge();
    }
    bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(needed, 2L * bytes.length)));
  }

  /** Makes room for {@code count} more bytes, or as many as the limit allows; returns the room. */
  int roomUpTo(int count) {
    int target = (int) Math.min(limit, (long) size + count);
    if (target > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(target, 2L * bytes.length)));
    }
    return left();
  }

  /** Collects a stream to its end. */
  void readAll(InputStream in) throws IOException {
    while (true) {
      if (left() == 0) {
        int next = in.read();
        if (next < 0) {
          return;
        }
        room(1);
        bytes[size++] = (byte) next;
      }
      int count = in.read(bytes, size, left());
      if (count < 0) {
        return;
      }
      size += count;
    }
  }

  /** The collected bytes, without a copy when the expected size was right. */
  byte[] toArray() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  /** More came out than the limit allows. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
