package dev.zendo.dom0.block.image;

import java.util.Arrays;

/** A growing list of longs. Not thread-safe. */
final class LongList {
  private long[] values = new long[16];
  private int size;

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  long get(int at) {
    return values[at];
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }
}
