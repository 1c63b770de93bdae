package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import java.util.Arrays;

/**
 * Translations of pages that one vcpu may execute in one mode: the instruction fetch's own
 * translation buffer. One thread.
 */
final class FetchBuffer {
  /** What {@link #translate} returns for a page that cannot be executed. */
  static final long NONE = -1;

  private static final int ENTRIES = 256;
  private static final int PAGE = 4096;

  /** Odd, so it is no page. */
  private static final long EMPTY = 1;

  private final GuestMmu mmu;
  private final long[] pages = new long[ENTRIES];
  private final long[] frames = new long[ENTRIES];
  private boolean empty;
  private boolean lowerHalf;

  FetchBuffer(GuestMmu mmu) {
    this.mmu = mmu;
    clear();
  }

  /** Machine address of the page of an address, or {@link #NONE}. The mode must be in force. */
  long translate(long va) {
    long page = va & -PAGE;
    int slot = (int) (va >>> 12) & ENTRIES - 1;
    if (pages[slot] == page) {
      return frames[slot];
    }
    if (!CpuState.isCanonical(va)) {
      return NONE;
    }
    long frame = mmu.translate(page, GuestMmu.EXECUTE);
    if (frame < 0) {
      return NONE;
    }
    pages[slot] = page;
    frames[slot] = frame;
    empty = false;
    lowerHalf |= page >= 0;
    return frame;
  }

  /** Forgets one page. */
  void removePage(long va) {
    int slot = (int) (va >>> 12) & ENTRIES - 1;
    if (pages[slot] == (va & -PAGE)) {
      pages[slot] = EMPTY;
    }
  }

  /** Forgets the pages below the canonical gap. */
  void removeLowerHalf() {
    if (!lowerHalf) {
      return;
    }
    lowerHalf = false;
    for (int i = 0; i < ENTRIES; i++) {
      if (pages[i] >= 0) {
        pages[i] = EMPTY;
      }
    }
  }

  /** Forgets the pages that are in the frame at a machine address. */
  void removeFrame(long frame) {
    for (int i = 0; i < ENTRIES; i++) {
      if (frames[i] == frame) {
        pages[i] = EMPTY;
      }
    }
  }

  /** Forgets everything. */
  void clear() {
    if (!empty) {
      Arrays.fill(pages, EMPTY);
      empty = true;
      lowerHalf = false;
    }
  }
}
