package dev.zendo.hypervisor.engine;

import java.util.Arrays;

/**
 * Which pages were used since the last {@link #clear}: a bit per page, hashed, so that the answer
 * "no" is certain. It spares caches a search per flushed page. One thread.
 */
public final class PageFilter {
  private static final int WORDS = 32;

  private final long[] bits = new long[WORDS];

  /** Notes the page of an address. */
  public void add(long va) {
    int bit = bit(va);
    bits[bit >> 6] |= 1L << bit;
  }

  /** Whether the page of an address may have been noted; false is certain. */
  public boolean mayHave(long va) {
    int bit = bit(va);
    return (bits[bit >> 6] & 1L << bit) != 0;
  }

  /** Forgets all pages. */
  public void clear() {
    Arrays.fill(bits, 0);
  }

  private static int bit(long va) {
    return (int) (va >>> 12 ^ va >>> 22) & 64 * WORDS - 1;
  }
}
