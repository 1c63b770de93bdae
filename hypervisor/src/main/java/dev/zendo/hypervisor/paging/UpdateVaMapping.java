package dev.zendo.hypervisor.paging;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.mmu.VaFlags;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;

/**
 * The hypercalls {@code update_va_mapping} and {@code update_va_mapping_otherdomain}: store the L1
 * entry that maps an address in the caller's current page tables.
 */
public final class UpdateVaMapping {
  private final FrameTable table;
  private final Walker walker;
  private final TableUpdates updates;
  private final TlbSync tlb;
  private final PageOwners owners;

  /** The calls on one machine. */
  public UpdateVaMapping(
      FrameTable table, Walker walker, TableUpdates updates, TlbSync tlb, PageOwners owners) {
    this.table = table;
    this.walker = walker;
    this.updates = updates;
    this.tlb = tlb;
    this.owners = owners;
  }

  /** Maps a frame of the caller's own. */
  public long own(Vcpu caller, long address, long entry, long flags, long a4, long a5) {
    return update(caller, caller.domain().id(), address, entry, flags);
  }

  /** Maps a frame of another domain. */
  public long other(Vcpu caller, long address, long entry, long flags, long number, long a5) {
    int frameOwner = owners.frameOwner(caller.domain(), (int) number & 0xffff);
    if (frameOwner < 0) {
      return frameOwner;
    }
    return PageOwners.mayControl(caller.domain(), frameOwner)
        ? update(caller, frameOwner, address, entry, flags)
        : -Errno.EPERM;
  }

  private long update(Vcpu caller, int frameOwner, long address, long entry, long flags) {
    Domain domain = caller.domain();
    if (domain.translated() || !Pte.isGuestAddress(address)) {
      Refusal.note(Rule.RESERVED_ADDRESS, address);
      return -Errno.EINVAL;
    }
    domain.pagingLock().lock();
    try {
      long at = walker.findEntry(caller.kernelRoot(), address, 1);
      long mfn = at >>> MachineMemory.FRAME_SHIFT;
      if (at < 0 || table.owner(mfn) != domain.id() || table.type(mfn) != FrameTable.L1) {
        Refusal.note(Rule.NO_TABLE, address);
        return -Errno.EINVAL;
      }
      int index = Pte.index(address, 1);
      int error = updates.store(domain, frameOwner, mfn, index, FrameTable.L1, entry, false);
      if (error != 0) {
        return error;
      }
    } finally {
      domain.pagingLock().unlock();
    }
    return flush(caller, address, flags);
  }

  private long flush(Vcpu caller, long address, long flags) {
    int kind = (int) flags & VaFlags.FLUSHTYPE_MASK;
    if (kind != VaFlags.TLB_FLUSH && kind != VaFlags.INVLPG) {
      return 0;
    }
    long where = flags & ~(long) VaFlags.FLUSHTYPE_MASK;
    long vcpus = 1L << caller.id();
    if (where == VaFlags.ALL) {
      vcpus = -1;
    } else if (where != VaFlags.LOCAL) {
      if (!VcpuSets.read(caller, where)) {
        return -Errno.EFAULT;
      }
      vcpus = VcpuSets.get(caller);
    }
    if (kind == VaFlags.TLB_FLUSH) {
      tlb.flushVcpus(caller.domain(), vcpus);
    } else {
      tlb.flushPage(caller, vcpus, address);
    }
    return 0;
  }
}
