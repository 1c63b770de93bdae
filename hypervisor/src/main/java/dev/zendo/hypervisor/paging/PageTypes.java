package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.machine.FrameTable.DESCRIPTORS;
import static dev.zendo.hypervisor.machine.FrameTable.L1;
import static dev.zendo.hypervisor.machine.FrameTable.L4;
import static dev.zendo.hypervisor.machine.FrameTable.REFUSED;
import static dev.zendo.hypervisor.machine.FrameTable.SHARED;
import static dev.zendo.hypervisor.machine.FrameTable.WRITABLE;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.machine.DirtyFrames;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.trace.Refusal;

/**
 * Decides what each frame may be used for. A frame becomes a page table or a descriptor table only
 * after its whole content has been checked while nobody can write it; for every entry of a page
 * table the references it stands for are held for as long as the entry is there.
 *
 * <p>References to page tables and descriptor tables are taken and dropped under the owner's paging
 * lock; writable references by any thread. Results are 0 or a negative errno, as Xen gives them.
 */
public final class PageTypes {
  private final MachineMemory memory;
  private final FrameTable table;
  private final TlbSync tlb;
  private final Domains domains;
  private final ReservedSlots reservedSlots;
  private final DirtyFrames dirty;

  /**
   * The rules of one machine.
   *
   * @param reservedSlots what top-level tables hold in the hypervisor's slots
   * @param dirty hears which frames cease to be tables: what changes in tables is not marked
   */
  public PageTypes(
      MachineMemory memory,
      FrameTable table,
      TlbSync tlb,
      Domains domains,
      ReservedSlots reservedSlots,
      DirtyFrames dirty) {
    this.memory = memory;
    this.table = table;
    this.tlb = tlb;
    this.domains = domains;
    this.reservedSlots = reservedSlots;
    this.dirty = dirty;
  }

  // --- references -----------------------------------------------------------------------------

  /** Takes a general and a type reference to a frame (any value) of a domain. */
  public int get(Domain owner, long mfn, int type) {
    if (!table.get(mfn, owner.id())) {
      return FrameRefusals.owner(table, mfn, owner.id(), -Errno.EINVAL);
    }
    int result = acquire(owner, mfn, type);
    if (result != 0) {
      table.put(mfn);
    }
    return result;
  }

  /** Drops what {@link #get} took. */
  public void put(Domain owner, long mfn) {
    release(owner, mfn);
    table.put(mfn);
  }

  /**
   * Takes a type reference to a frame to which the caller holds a general one.
   *
   * @param owner who owns the frame; for {@link FrameTable#WRITABLE} it does not matter
   */
  public int acquire(Domain owner, long mfn, int type) {
    long result = table.acquireType(mfn, type);
    if (result == REFUSED) {
      return FrameRefusals.type(table, mfn, type, -Errno.EINVAL);
    }
    if (type == WRITABLE) {
      return 0;
    }
    if (result != SHARED) {
      dirty.mark(mfn);
      tlb.flushIfStale(owner, result);
      int error = type == DESCRIPTORS ? checkDescriptors(mfn) : validate(owner, mfn, type);
      if (error != 0) {
        table.dropType(mfn);
        return error;
      }
      table.validated(mfn);
      return 0;
    }
    if (!table.isValidated(mfn)) {
      FrameRefusals.type(table, mfn, type, -Errno.EINVAL);
      table.dropType(mfn);
      return -Errno.EINVAL;
    }
    return 0;
  }

  /** Drops a type reference; a page table that loses its last one gives its entries up. */
  public void release(Domain owner, long mfn) {
    if (!table.putTypeUnlessLast(mfn)) {
      int type = table.type(mfn);
      if (type != DESCRIPTORS) {
        dropEntries(owner, mfn, type, Pte.ENTRIES);
      }
      table.dropType(mfn);
      dirty.mark(mfn);
    }
  }

  /** Notes a change of a descriptor table. */
  void changed(long mfn) {
    dirty.mark(mfn);
  }

  /** Takes a writable reference beside a general one that is held. */
  public boolean acquireWritable(long mfn) {
    if (table.acquireType(mfn, WRITABLE) == REFUSED) {
      FrameRefusals.type(table, mfn, WRITABLE, 0);
      return false;
    }
    return true;
  }

  /** Drops a writable reference. */
  public void releaseWritable(long mfn) {
    table.putTypeUnlessLast(mfn);
  }

  // --- whole tables ---------------------------------------------------------------------------

  private int validate(Domain owner, long mfn, int level) {
    long base = memory.address(mfn);
    for (int i = 0; i < Pte.ENTRIES; i++) {
      if (level == L4 && Pte.isReservedSlot(i)) {
        continue;
      }
      long entry = HostMemory.getLongAcquire(base + 8L * i);
      if (Pte.isPresent(entry)) {
        int error = getEntry(owner, owner.id(), mfn, entry, level);
        if (error != 0) {
          dropEntries(owner, mfn, level, i);
          return FrameRefusals.entry(mfn, i, level, error);
        }
        HostMemory.putLongRelease(base + 8L * i, Pte.adjust(entry, level));
      }
    }
    if (level == L4) {
      reservedSlots.fill(base);
      if (owner.assists(PvMmu.ASSIST_M2P_STRICT)) {
        reservedSlots.fillMachToPhys(base);
      }
    }
    return 0;
  }

  private void dropEntries(Domain owner, long mfn, int level, int end) {
    long base = memory.address(mfn);
    for (int i = 0; i < end; i++) {
      if (level != L4 || !Pte.isReservedSlot(i)) {
        putEntry(owner, mfn, HostMemory.getLongAcquire(base + 8L * i), level);
      }
    }
  }

  private int checkDescriptors(long mfn) {
    long base = memory.address(mfn);
    for (int i = 0; i < Pte.ENTRIES; i++) {
      long descriptor = HostMemory.getLongAcquire(base + 8L * i);
      if (!Descriptors.isAllowed(descriptor)) {
        return FrameRefusals.descriptor(mfn, i, descriptor, -Errno.EINVAL);
      }
      long adjusted = Descriptors.adjust(descriptor);
      if (adjusted != descriptor) {
        HostMemory.putLongRelease(base + 8L * i, adjusted);
      }
    }
    return 0;
  }

  // --- single entries -------------------------------------------------------------------------

  /**
   * Takes the references that a present entry stands for.
   *
   * @param owner owner of the page table
   * @param frameOwner number of the domain that owns the frame named by an L1 entry
   * @param tableMfn the page table
   */
  int getEntry(Domain owner, int frameOwner, long tableMfn, long entry, int level) {
    if (!Pte.flagsAllowed(entry, level)) {
      return FrameRefusals.flags(entry, level, -Errno.EINVAL);
    }
    return level == L1
        ? getLeaf(owner, frameOwner, entry)
        : getTable(owner, tableMfn, entry, level);
  }

  private int getLeaf(Domain owner, int frameOwner, long entry) {
    long mfn = Pte.frame(entry);
    if (!table.isRam(mfn)) {
      int error = mfn == Pte.NO_FRAME ? -Errno.EINVAL : -Errno.EPERM;
      return FrameRefusals.owner(table, mfn, frameOwner, error);
    }
    int realOwner = table.getAny(mfn);
    if (realOwner < 0) {
      return FrameRefusals.owner(table, mfn, frameOwner, -Errno.EBUSY);
    }
    boolean allowed =
        realOwner == frameOwner || frameOwner != owner.id() && isPrivileged(frameOwner, realOwner);
    if (!allowed) {
      FrameRefusals.owner(table, mfn, frameOwner, -Errno.EBUSY);
    }
    if (!allowed || Pte.isWritable(entry) && !acquireWritable(mfn)) {
      table.put(mfn);
      return -Errno.EBUSY;
    }
    return 0;
  }

  private boolean isPrivileged(int domainId, int over) {
    Domain domain = domains.get(domainId);
    return domain != null && domain.privileged() && domains.get(over) != null;
  }

  private int getTable(Domain owner, long tableMfn, long entry, int level) {
    int result = get(owner, Pte.frame(entry), level - 1);
    return result == -Errno.EINVAL && getLinear(owner, tableMfn, entry, level) ? 0 : result;
  }

  /**
   * A read-only entry may name a table of its own level. To itself it counts nothing; to another
   * one it holds a type reference, and no table both has such entries and is named by them, so that
   * no table is reached through a chain of them.
   */
  private boolean getLinear(Domain owner, long tableMfn, long entry, int level) {
    long target = Pte.frame(entry);
    if (Pte.isWritable(entry)) {
      return false;
    }
    if (target == tableMfn) {
      Refusal.forget();
      return true;
    }
    if (!table.get(target, owner.id())) {
      return false;
    }
    if (table.type(target) == level
        && table.isValidated(target)
        && table.linear(tableMfn) >= 0
        && table.linear(target) <= 0
        && table.addLinear(tableMfn, 1)) {
      if (table.addLinear(target, -1)) {
        if (table.acquireType(target, level) != REFUSED) {
          Refusal.forget();
          return true;
        }
        table.addLinear(target, 1);
      }
      table.addLinear(tableMfn, -1);
    }
    table.put(target);
    return false;
  }

  /** Drops the references that an entry stands for; nothing for one that is not present. */
  void putEntry(Domain owner, long tableMfn, long entry, int level) {
    if (!Pte.isPresent(entry)) {
      return;
    }
    long mfn = Pte.frame(entry);
    if (level == L1) {
      if (table.owner(mfn) != owner.id()) {
        // Another domain's frame: its own flushes do not reach our translations of it.
        tlb.flushDomain(owner);
      }
      if (Pte.isWritable(entry)) {
        releaseWritable(mfn);
      }
      table.put(mfn);
      return;
    }
    if (mfn == tableMfn) {
      return;
    }
    if (table.type(mfn) == level) {
      table.addLinear(tableMfn, -1);
      table.addLinear(mfn, 1);
    }
    put(owner, mfn);
  }
}
