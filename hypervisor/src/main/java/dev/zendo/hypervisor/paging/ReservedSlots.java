package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * What a top-level page table holds in the slots that belong to the hypervisor: four entries that
 * look like Xen's (linear map, per-domain area, hypervisor image) and, once the table has been a
 * kernel's root, one for the machine-to-physical table. Guests can read them and nothing can be
 * reached through them: they deny user access, and the frame they name stays empty.
 */
public final class ReservedSlots {
  private static final int MACH_TO_PHYS_SLOT = 256;
  private static final int[] PRESENT_SLOTS = {258, 260, 261, 262};

  private final long entry;

  /**
   * @param emptyFrame a frame of the hypervisor's that holds zeros for ever
   */
  public ReservedSlots(long emptyFrame) {
    entry = emptyFrame << 12 | Pte.PRESENT | Pte.WRITE | Pte.ACCESSED | Pte.DIRTY | Pte.NO_EXECUTE;
  }

  /** Fills the slot of the machine-to-physical table of a table at a host address. */
  void fillMachToPhys(long base) {
    HostMemory.putLongRelease(base + 8L * MACH_TO_PHYS_SLOT, entry);
  }

  /** Whether a table at a host address shows the machine-to-phys table. */
  static boolean showsMachToPhys(long base) {
    return HostMemory.getLongAcquire(base + 8L * MACH_TO_PHYS_SLOT) != 0;
  }

  /** Empties that slot. */
  void clearMachToPhys(long base) {
    HostMemory.putLongRelease(base + 8L * MACH_TO_PHYS_SLOT, 0);
  }

  /** Fills the hypervisor's slots of a table at a host address. */
  void fill(long base) {
    HostMemory.fill(
        base + 8L * Pte.FIRST_RESERVED_SLOT,
        8L * (Pte.END_RESERVED_SLOT - Pte.FIRST_RESERVED_SLOT),
        (byte) 0);
    for (int slot : PRESENT_SLOTS) {
      HostMemory.putLongRelease(base + 8L * slot, entry);
    }
  }

  /** Whether a slot of the hypervisor's may hold an entry; walks may have marked it. */
  boolean mayHold(int slot, long value) {
    if (slot == MACH_TO_PHYS_SLOT) {
      return value == 0 || value == entry;
    }
    for (int present : PRESENT_SLOTS) {
      if (slot == present) {
        return value == entry;
      }
    }
    return value == 0;
  }
}
