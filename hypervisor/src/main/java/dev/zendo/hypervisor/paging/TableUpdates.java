package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.machine.FrameTable.L1;
import static dev.zendo.hypervisor.machine.FrameTable.L4;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.OutdatedFrames;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Changes of single entries of page tables in use. The references of the new entry are taken before
 * it is stored and those of the old one dropped afterwards. All methods need the paging lock of the
 * table's owner and a frame that is typed and validated as a page table. Results are 0 or a
 * negative errno.
 */
public final class TableUpdates {
  private final MachineMemory memory;
  private final PageTypes types;

  /** Changes by the given rules. */
  public TableUpdates(MachineMemory memory, PageTypes types) {
    this.memory = memory;
    this.types = types;
  }

  /**
   * Stores an entry.
   *
   * @param owner owner of the table
   * @param frameOwner number of the domain whose frame an L1 entry may name
   * @param mfn the table
   * @param index entry number, 0 to 511
   * @param level the table's level
   * @param keepMarks whether accessed and dirty bits of the old entry are kept
   */
  public int store(
      Domain owner, int frameOwner, long mfn, int index, int level, long entry, boolean keepMarks) {
    if (level == L4 && Pte.isReservedSlot(index)) {
      return FrameRefusals.reservedSlot(mfn, index, -Errno.EINVAL);
    }
    long at = memory.address(mfn) + 8L * index;
    long old = HostMemory.getLongAcquire(at);
    if (Pte.isPresent(entry)) {
      if (!Pte.flagsAllowed(entry, level)) {
        FrameRefusals.flags(entry, level, -Errno.EINVAL);
        return FrameRefusals.entry(mfn, index, level, -Errno.EINVAL);
      }
      if (Pte.isPresent(old) && Pte.sameReferences(old, entry)) {
        exchange(owner, level, at, Pte.adjust(entry, level), keepMarks);
        return 0;
      }
      int error = types.getEntry(owner, frameOwner, mfn, entry, level);
      if (error != 0) {
        return FrameRefusals.entry(mfn, index, level, error);
      }
    }
    old = exchange(owner, level, at, Pte.adjust(entry, level), keepMarks);
    types.putEntry(owner, mfn, old, level);
    return 0;
  }

  private static long exchange(Domain owner, int level, long at, long entry, boolean keepMarks) {
    long old = exchange(at, entry, keepMarks);
    note(owner, level, old, entry);
    return old;
  }

  private static void note(Domain owner, int level, long old, long entry) {
    if (Pte.outdates(entry, old)) {
      owner.outdatedFrames().note(level == L1 ? Pte.frame(old) : OutdatedFrames.ALL);
    }
  }

  private static long exchange(long at, long entry, boolean keepMarks) {
    if (!keepMarks) {
      return HostMemory.getAndSetLong(at, entry);
    }
    while (true) {
      long old = HostMemory.getLongAcquire(at);
      long merged = entry | old & (Pte.ACCESSED | Pte.DIRTY);
      if (HostMemory.compareAndSetLong(at, old, merged)) {
        return old;
      }
    }
  }

  /**
   * Stores an L1 entry if it still is the expected one.
   *
   * @return 1 when stored, 0 when the entry had changed, or a negative errno
   */
  public int compareAndStore(Domain owner, long mfn, int index, long expected, long entry) {
    long at = memory.address(mfn) + 8L * index;
    boolean present = Pte.isPresent(entry);
    if (present) {
      int error = types.getEntry(owner, owner.id(), mfn, entry, L1);
      if (error != 0) {
        return error;
      }
    }
    long stored = Pte.adjust(entry, L1);
    if (!HostMemory.compareAndSetLong(at, expected, stored)) {
      types.putEntry(owner, mfn, stored, L1);
      return 0;
    }
    note(owner, L1, expected, stored);
    types.putEntry(owner, mfn, expected, L1);
    return 1;
  }
}
