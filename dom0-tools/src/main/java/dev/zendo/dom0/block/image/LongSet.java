package dev.zendo.dom0.block.image;

import java.util.Arrays;

/** A set of longs above 0, without an object for each. Not thread-safe. */
final class LongSet {
  private long[] slots = new long[64];
  private int size;

  private int slotOf(long value) {
    int mask = slots.length - 1;
    int at = (int) (value * 0x9e3779b97f4a7c15L >>> 32) & mask;
    while (slots[at] != 0 && slots[at] != value) {
      at = at + 1 & mask;
    }
    return at;
  }

  /** Adds a value; false when it was there. */
  boolean add(long value) {
    int at = slotOf(value);
    if (slots[at] == value) {
      return false;
    }
    slots[at] = value;
    if (++size * 2 > slots.length) {
      grow();
    }
    return true;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[2 * old.length];
    for (long value : old) {
      if (value != 0) {
        slots[slotOf(value)] = value;
      }
    }
  }

  boolean contains(long value) {
    return slots[slotOf(value)] == value;
  }

  /** Removes a value if it is there. */
  void remove(long value) {
    int hole = slotOf(value);
    if (slots[hole] == 0) {
      return;
    }
    slots[hole] = 0;
    size--;
    int mask = slots.length - 1;
    // What stands behind the hole may have wanted to stand in it.
    for (int at = hole + 1 & mask; slots[at] != 0; at = at + 1 & mask) {
      long moved = slots[at];
      slots[at] = 0;
      slots[slotOf(moved)] = moved;
    }
  }

  /** The values, in ascending order. */
  long[] sorted() {
    return Arrays.stream(slots).filter(value -> value != 0).sorted().toArray();
  }
}
