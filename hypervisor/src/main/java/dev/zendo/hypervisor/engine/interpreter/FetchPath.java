package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.PageFilter;
import java.util.Arrays;

/** Translations of code pages of one vcpu and one guest mode; one thread. */
final class FetchPath {
  private static final int MASK = 255;
  private static final long NONE = 1;

  private final Cpu cpu;
  private final GuestMmu mmu;
  private final long[] tags = new long[MASK + 1];
  private final long[] pages = new long[MASK + 1];

  /** Pages that were used: spares the jump cache a search per flushed page. */
  private final PageFilter seen = new PageFilter();

  private boolean empty;
  private boolean lowerHalf;

  FetchPath(Cpu cpu, GuestMmu mmu) {
    this.cpu = cpu;
    this.mmu = mmu;
    clear();
  }

  void clear() {
    if (!empty) {
      Arrays.fill(tags, NONE);
      seen.clear();
      empty = true;
      lowerHalf = false;
    }
  }

  /** Whether pages of the lower half of the address space are here. */
  boolean hasLowerHalf() {
    return lowerHalf;
  }

  /** Whether code of a page may have been used since {@link #clear}; false is certain. */
  boolean maySeen(long va) {
    return seen.mayHave(va);
  }

  /** Forgets the pages that are in the frame at a machine address; returns whether any was. */
  boolean dropFrame(long frame) {
    boolean found = false;
    for (int i = 0; i <= MASK; i++) {
      if (pages[i] == frame && tags[i] != NONE) {
        tags[i] = NONE;
        found = true;
      }
    }
    return found;
  }

  void clearPage(long va) {
    int slot = slot(va);
    if (tags[slot] == (va & -4096)) {
      tags[slot] = NONE;
    }
  }

  private static int slot(long va) {
    return (int) (va >>> 12) & MASK;
  }

  /**
   * Machine address of the page that holds the code at an address.
   *
   * @param op raises the fault when there is none
   */
  long page(long va, Op op) {
    int slot = slot(va);
    return tags[slot] == (va & -4096) ? pages[slot] : miss(va, slot, op);
  }

  private long miss(long va, int slot, Op op) {
    if (!CpuState.isCanonical(va)) {
      throw cpu.fault(op, Vector.GP);
    }
    long page = mmu.translate(va, GuestMmu.EXECUTE);
    if (page < 0) {
      throw cpu.fault(op, Vector.PF, (int) ~page, va);
    }
    seen.add(va);
    empty = false;
    lowerHalf |= va >= 0;
    tags[slot] = va & -4096;
    pages[slot] = page;
    return page;
  }
}
