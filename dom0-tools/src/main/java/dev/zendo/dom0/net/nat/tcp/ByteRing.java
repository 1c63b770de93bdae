package dev.zendo.dom0.net.nat.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Bytes that wait, first in, first out, in bounded room. The room is taken at the first byte. */
public final class ByteRing {
  private final int capacity;
  private byte[] bytes;
  private ByteBuffer buffer;
  private int head;
  private int size;

  /** With the most bytes that may wait. */
  public ByteRing(int capacity) {
    this.capacity = capacity;
  }

  /** Bytes that wait. */
  public int size() {
    return size;
  }

  /** Bytes that may be added. */
  public int free() {
    return capacity - size;
  }

  /** Most bytes that may wait. */
  public int capacity() {
    return capacity;
  }

  private int index(int offset) {
    int at = head + offset;
    return at < capacity ? at : at - capacity;
  }

  private void need() {
    if (bytes == null) {
      bytes = new byte[capacity];
      buffer = ByteBuffer.wrap(bytes);
    }
  }

  /**
   * Writes behind what waits, perhaps with a gap, without adding it; {@link #extend} does.
   *
   * @param gap bytes between what waits and this; with {@code length} at most {@link #free}
   */
  void put(int gap, byte[] data, int at, int length) {
    if (gap < 0 || length < 0 || length > free() - gap) {
      throw new IllegalArgumentException(gap + " + " + length + " bytes of " + free());
    }
    need();
    int to = index(size + gap);
    int first = Math.min(length, capacity - to);
    System.arraycopy(data, at, bytes, to, first);
    System.arraycopy(data, at + first, bytes, 0, length - first);
  }

  /** Adds bytes that were {@link #put}. */
  void extend(int count) {
    if (count < 0 || count > free()) {
      throw new IllegalArgumentException(count + " bytes of " + free());
    }
    size += count;
  }

  /** Adds bytes; as many as there is room for. */
  public int append(byte[] data, int at, int length) {
    int count = Math.min(length, free());
    put(0, data, at, count);
    extend(count);
    return count;
  }

  /**
   * Copies bytes that wait.
   *
   * @param offset from the first
   */
  public void copy(int offset, byte[] to, int at, int length) {
    if (offset < 0 || length < 0 || length > size - offset) {
      throw new IllegalArgumentException(offset + " + " + length + " bytes of " + size);
    }
    if (length == 0) {
      return;
    }
    int from = index(offset);
    int first = Math.min(length, capacity - from);
    System.arraycopy(bytes, from, to, at, first);
    System.arraycopy(bytes, 0, to, at + first, length - first);
  }

  /** Forgets the first bytes. */
  public void drop(int count) {
    if (count < 0 || count > size) {
      throw new IllegalArgumentException(count + " bytes of " + size);
    }
    head = index(count);
    size -= count;
  }

  /**
   * Adds what a channel has, once around the ring at most.
   *
   * @return the number of bytes, or -1 when the channel is at its end and gave none
   */
  public int fill(ReadableByteChannel from) throws IOException {
    need();
    int sum = 0;
    while (free() > 0) {
      int to = index(size);
      int count = from.read(view(to, Math.min(free(), capacity - to)));
      if (count <= 0) {
        return sum == 0 ? count : sum;
      }
      size += count;
      sum += count;
    }
    return sum;
  }

  /** Passes on what waits, as far as a channel takes it; the number of bytes. */
  public int drain(WritableByteChannel to) throws IOException {
    int sum = 0;
    while (size > 0) {
      int count = to.write(view(head, Math.min(size, capacity - head)));
      if (count <= 0) {
        break;
      }
      drop(count);
      sum += count;
    }
    return sum;
  }

  private ByteBuffer view(int at, int count) {
    return buffer.limit(at + count).position(at);
  }

  /** Forgets everything and gives the room back. */
  void clear() {
    head = 0;
    size = 0;
    bytes = null;
    buffer = null;
  }
}
