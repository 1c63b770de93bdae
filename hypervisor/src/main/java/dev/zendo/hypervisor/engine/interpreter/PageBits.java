package dev.zendo.hypervisor.engine.interpreter;

import java.util.Arrays;

/**
 * A set of offsets in a page. One thread at a time changes it; others may look without a lock and
 * then see a recent state.
 */
final class PageBits {
  private static final int WORDS = 4096 / 64;
  private static final long[] NONE = new long[WORDS];

  /** {@link #NONE} until the first offset is added. */
  private long[] words = NONE;

  /** Whether the offset of an address is in the set. */
  boolean has(long va) {
    return (words[(int) va >> 6 & WORDS - 1] & 1L << va) != 0;
  }

  /** Adds the offset of an address. */
  void add(long va) {
    if (words == NONE) {
      words = new long[WORDS];
    }
    words[(int) va >> 6 & WORDS - 1] |= 1L << va;
  }

  void clear() {
    if (words != NONE) {
      Arrays.fill(words, 0);
    }
  }
}
