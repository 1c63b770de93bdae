package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.FetchBuffer;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.PageFilter;

/** Where the code of one vcpu and one guest mode is, with the faults of its fetch; one thread. */
final class FetchPath {
  private final Cpu cpu;
  private final FetchBuffer buffer;

  /** Pages that were used: spares the jump cache a search per flushed page. */
  private final PageFilter seen = new PageFilter();

  private boolean lowerHalf;

  FetchPath(Cpu cpu, GuestMmu mmu) {
    this.cpu = cpu;
    this.buffer = new FetchBuffer(mmu);
  }

  void clear() {
    buffer.clear();
    seen.clear();
    lowerHalf = false;
  }

  /** Whether code of a page may have been used since {@link #clear}; false is certain. */
  boolean maySeen(long va) {
    return seen.mayHave(va);
  }

  /** Whether code below the canonical gap may have been used since {@link #clear}. */
  boolean maySeeLowerHalf() {
    return lowerHalf;
  }

  /** Forgets the pages that are in the frame at a machine address. */
  void dropFrame(long frame) {
    buffer.removeFrame(frame);
  }

  void clearPage(long va) {
    buffer.removePage(va);
  }

  /**
   * Machine address of the page that holds the code at an address.
   *
   * @param op raises the fault when there is none
   */
  long page(long va, Op op) {
    return buffer.has(va) ? buffer.translate(va) : miss(va, op);
  }

  private long miss(long va, Op op) {
    if (!CpuState.isCanonical(va)) {
      throw cpu.fault(op, Vector.GP);
    }
    long page = buffer.translate(va);
    if (page < 0) {
      throw cpu.fault(op, Vector.PF, (int) ~page, va);
    }
    seen.add(va);
    lowerHalf |= va >= 0;
    return page;
  }
}
