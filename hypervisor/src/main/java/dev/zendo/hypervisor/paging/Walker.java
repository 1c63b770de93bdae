package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Walks four-level page tables as the processor does for code in ring 3: rights of all levels
 * combine, accessed and dirty bits are set atomically. Only 4 KiB pages exist.
 *
 * <p>Stateless and thread-safe. Whoever walks tables that other vcpus may give up meanwhile does it
 * inside an {@link AccessGate}, so that no table is reused while a walk is under way.
 */
public final class Walker {
  /** Page-fault error code: the page was present. */
  public static final int FAULT_PRESENT = 1;

  /** Page-fault error code: a write. */
  public static final int FAULT_WRITE = 2;

  /** Page-fault error code: user mode, which ring 3 always is. */
  public static final int FAULT_USER = 4;

  /** Page-fault error code: a reserved bit was set in an entry. */
  public static final int FAULT_RESERVED = 8;

  /** Page-fault error code: an instruction fetch. */
  public static final int FAULT_FETCH = 16;

  private final MachineMemory memory;

  /** A walker over a machine's memory. */
  public Walker(MachineMemory memory) {
    this.memory = memory;
  }

  /**
   * Translates an address.
   *
   * @param root frame of the top-level table
   * @param virtualAddress any canonical address
   * @param access a constant of {@link GuestMmu}
   * @return machine address of the page, or the one's complement of the error code
   */
  public long walk(long root, long virtualAddress, int access) {
    long rights = ~0L;
    long denied = 0;
    long at = entryAddress(root, virtualAddress, 4);
    for (int level = 4; ; level--) {
      long entry = HostMemory.getLongAcquire(at);
      if (!Pte.isPresent(entry)) {
        return ~(long) code(access, false);
      }
      if (isMalformed(entry, level)) {
        return ~(long) (code(access, true) | FAULT_RESERVED);
      }
      if ((entry & Pte.USER) == 0) {
        // Every entry a guest installs allows user access; this one is the hypervisor's, found
        // through a top-level table that is mapped as a lower one. What it names is no table.
        return ~(long) code(access, true);
      }
      rights &= entry;
      denied |= entry;
      if (level == 1) {
        return finish(at, entry, rights, denied, access, virtualAddress, root);
      }
      if ((entry & Pte.ACCESSED) == 0) {
        HostMemory.compareAndSetLong(at, entry, entry | Pte.ACCESSED);
      }
      at = entryAddress(Pte.frame(entry), virtualAddress, level - 1);
    }
  }

  private long finish(
      long at, long entry, long rights, long denied, int access, long virtualAddress, long root) {
    boolean allowed =
        switch (access) {
          case GuestMmu.WRITE -> (rights & Pte.WRITE) != 0;
          case GuestMmu.EXECUTE -> (denied & Pte.NO_EXECUTE) == 0;
          default -> true;
        };
    if (!allowed) {
      return ~(long) code(access, true);
    }
    long marks = access == GuestMmu.WRITE ? Pte.ACCESSED | Pte.DIRTY : Pte.ACCESSED;
    if ((entry & marks) != marks && !HostMemory.compareAndSetLong(at, entry, entry | marks)) {
      // Somebody changed the entry under us: what counts is the new one.
      return walk(root, virtualAddress, access);
    }
    return Pte.frame(entry) << MachineMemory.FRAME_SHIFT;
  }

  /**
   * Finds the entry of a level that an address uses, without touching accessed bits.
   *
   * @return machine address of the entry, or -1 when an upper level is not present
   */
  public long findEntry(long root, long virtualAddress, int wantedLevel) {
    long table = root;
    for (int level = 4; level > wantedLevel; level--) {
      long entry = HostMemory.getLongAcquire(entryAddress(table, virtualAddress, level));
      boolean usable = Pte.isPresent(entry) && (entry & Pte.USER) != 0;
      if (!usable || isMalformed(entry, level)) {
        return -1;
      }
      table = Pte.frame(entry);
    }
    return (table << MachineMemory.FRAME_SHIFT) + 8L * Pte.index(virtualAddress, wantedLevel);
  }

  private boolean isMalformed(long entry, int level) {
    return level > 1 && (entry & Pte.LARGE) != 0 || !memory.contains(Pte.frame(entry));
  }

  private long entryAddress(long table, long virtualAddress, int level) {
    return memory.address(table) + 8L * Pte.index(virtualAddress, level);
  }

  /** Page-fault error code of an access from ring 3. */
  public static int code(int access, boolean present) {
    int code = FAULT_USER | (present ? FAULT_PRESENT : 0);
    if (access == GuestMmu.WRITE) {
      return code | FAULT_WRITE;
    }
    return access == GuestMmu.EXECUTE ? code | FAULT_FETCH : code;
  }
}
