package dev.zendo.hypervisor.engine;

import java.util.Arrays;

/**
 * Translations of pages that one vcpu may execute in one mode: the instruction fetch's own
 * translation buffer. One thread.
 */
public final class FetchBuffer {
  private static final int ENTRIES = 256;
  private static final int PAGE = 4096;

  /** Odd, so it is no page. */
  private static final long EMPTY = 1;

  private final GuestMmu mmu;
  private final long[] pages = new long[ENTRIES];
  private final long[] frames = new long[ENTRIES];

  /** An empty buffer in front of a vcpu's page tables. */
  public FetchBuffer(GuestMmu mmu) {
    this.mmu = mmu;
    clear();
  }

  /**
   * Translates an address. The mode must be in force.
   *
   * @param va any canonical address
   * @return as {@link GuestMmu#translate} says
   */
  public long translate(long va) {
    int slot = slot(va);
    return pages[slot] == (va & -PAGE) ? frames[slot] : miss(va, slot);
  }

  private long miss(long va, int slot) {
    long frame = mmu.translate(va, GuestMmu.EXECUTE);
    if (frame >= 0) {
      pages[slot] = va & -PAGE;
      frames[slot] = frame;
    }
    return frame;
  }

  /** Whether an address is known. */
  public boolean has(long va) {
    return pages[slot(va)] == (va & -PAGE);
  }

  /** Forgets one page. */
  public void removePage(long va) {
    if (has(va)) {
      pages[slot(va)] = EMPTY;
    }
  }

  /** Forgets the pages that are in the frame at a machine address. */
  public void removeFrame(long frame) {
    for (int i = 0; i < ENTRIES; i++) {
      if (frames[i] == frame) {
        pages[i] = EMPTY;
      }
    }
  }

  /** Forgets the pages below the canonical gap. */
  public void removeLowerHalf() {
    for (int i = 0; i < ENTRIES; i++) {
      if (pages[i] >= 0) {
        pages[i] = EMPTY;
      }
    }
  }

  /** Forgets everything. */
  public void clear() {
    Arrays.fill(pages, EMPTY);
  }

  private static int slot(long va) {
    return (int) (va >>> 12) & ENTRIES - 1;
  }
}
