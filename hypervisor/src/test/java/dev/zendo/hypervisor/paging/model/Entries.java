package dev.zendo.hypervisor.paging.model;

import dev.zendo.hypervisor.paging.Pte;

/** Page-table entries as the model sees them: a byte each. */
final class Entries {
  static final int EMPTY = 0;

  private static final int PRESENT = 1;
  private static final int WRITABLE = 2;
  private static final int TARGET_SHIFT = 2;
  private static final int TARGET_MASK = 7;

  /** Accepted as an entry that names another table of the same level. */
  private static final int LINEAR = 1 << 5;

  /**
   * Bits of every present entry: with both marks of the hypervisor, so that checking it as an entry
   * of one level does not change what it is on another (an L1 table would make it global).
   */
  private static final long FLAGS =
      Pte.PRESENT | Pte.USER | Pte.GUEST_KERNEL | Pte.ACCESSED | Pte.DIRTY;

  private Entries() {}

  static int of(int target, boolean writable) {
    return PRESENT | (writable ? WRITABLE : 0) | target << TARGET_SHIFT;
  }

  static boolean isPresent(int entry) {
    return (entry & PRESENT) != 0;
  }

  static boolean isWritable(int entry) {
    return (entry & WRITABLE) != 0;
  }

  static int target(int entry) {
    return entry >>> TARGET_SHIFT & TARGET_MASK;
  }

  static boolean isLinear(int entry) {
    return (entry & LINEAR) != 0;
  }

  static int linear(int entry) {
    return entry | LINEAR;
  }

  /** The entry as a guest wrote it, without what the hypervisor remembers of it. */
  static int written(int entry) {
    return entry & ~LINEAR;
  }

  /** The same entry with another number for its target. */
  static int renamed(int entry, int[] names) {
    return isPresent(entry)
        ? entry & ~(TARGET_MASK << TARGET_SHIFT) | names[target(entry)] << TARGET_SHIFT
        : entry;
  }

  /** The entry in machine memory. */
  static long real(int entry, long[] mfns) {
    if (!isPresent(entry)) {
      return 0;
    }
    return mfns[target(entry)] << 12 | FLAGS | (isWritable(entry) ? Pte.WRITE : 0);
  }

  static String toString(int entry) {
    return isPresent(entry)
        ? Frames.name(target(entry)) + (isWritable(entry) ? " rw" : " ro")
        : "empty";
  }
}
