package dev.zendo.hypervisor.paging.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.memory.SmallMachine;
import dev.zendo.hypervisor.memory.SmallMachine.CountingExecutor;
import dev.zendo.hypervisor.paging.Pte;

/**
 * What the vcpu may have in its translation cache at worst: everything that its roots have led to
 * since it was last told to forget. Found by walking the tables in memory as a processor would.
 */
final class CachedTranslations {
  private final SmallMachine machine;
  private final Vcpu vcpu;
  private final long[] mfns;
  private final CountingExecutor executor;
  private int seenFlushes;
  private int writable;

  /**
   * Of one vcpu.
   *
   * @param mfns machine frames by their number in the model; may change
   */
  CachedTranslations(SmallMachine machine, Vcpu vcpu, long[] mfns) {
    this.machine = machine;
    this.vcpu = vcpu;
    this.mfns = mfns;
    this.executor = (CountingExecutor) vcpu.executor();
  }

  /** Frames of the model (a bit each) that the vcpu may be able to write. */
  int writable() {
    return writable;
  }

  /** The vcpu has run everywhere and starts again with nothing. */
  void forget() {
    writable = 0;
  }

  /** The vcpu enters the guest, which first serves what was posted, and uses all it can reach. */
  void update() {
    vcpu.gate().enter();
    vcpu.gate().leave();
    // All that the model maps is in the lower half.
    int flushes = executor.flushes + executor.lowerHalfFlushes;
    if (flushes != seenFlushes) {
      seenFlushes = flushes;
      writable = 0;
    }
    for (long mfn : executor.frameFlushes) {
      writable &= ~bit(mfn);
    }
    executor.frameFlushes.clear();
    walk(vcpu.kernelRoot());
    if (vcpu.userRoot() != 0) {
      walk(vcpu.userRoot());
    }
  }

  private int bit(long mfn) {
    for (int frame = 0; frame < Frames.COUNT; frame++) {
      if (mfns[frame] == mfn) {
        return 1 << frame;
      }
    }
    return 0;
  }

  private void walk(long root) {
    walk(root, 4, true);
  }

  private void walk(long mfn, int level, boolean mayWrite) {
    for (int i = 0; i < Pte.ENTRIES; i++) {
      long entry = machine.entry(mfn, i);
      // The hypervisor's slots, also where a table that names itself is read as a lower level, lead
      // to supervisor pages or to the machine-to-physical table.
      if (Pte.isPresent(entry) && !isReserved(mfn, i)) {
        boolean write = mayWrite && Pte.isWritable(entry);
        if (level == 1) {
          leaf(Pte.frame(entry), write);
        } else {
          walk(Pte.frame(entry), level - 1, write);
        }
      }
    }
  }

  private boolean isReserved(long mfn, int slot) {
    return Pte.isReservedSlot(slot) && machine.paging.table().type(mfn) == FrameTable.L4;
  }

  private void leaf(long mfn, boolean write) {
    FrameTable table = machine.paging.table();
    int owner = table.owner(mfn);
    boolean granted = mfn == mfns[Frames.FOREIGN];
    assertTrue(owner == vcpu.domain().id() || granted, "a frame of nobody or somebody else");
    if (write) {
      assertTrue(table.type(mfn) == FrameTable.WRITABLE, "a table can be written");
      writable |= bit(mfn);
    }
  }
}
