package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.machine.DirtyFrames;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * The memory of a paravirtualized vcpu as its executor sees it: the guest's own tables, the
 * machine-to-physical table read-only, nothing else of the hypervisor's range, and emulated writes
 * to read-only L1 tables.
 */
final class PvMmu implements GuestMmu {
  private static final long RANGE_START = MachToPhys.VIRTUAL_START;
  private static final long RANGE_END = 0xffff880000000000L;
  private static final int ASSIST_WRITABLE_TABLES = 2;
  static final int ASSIST_M2P_STRICT = 32;

  private final Vcpu vcpu;
  private final MachineMemory memory;
  private final FrameTable table;
  private final MachToPhys machToPhys;
  private final Walker walker;
  private final TableUpdates updates;
  private final TlbSync tlb;
  private final DescriptorTables descriptors;
  private final AccessGate gate;
  private final DirtyFrames dirty;

  PvMmu(
      Vcpu vcpu,
      MachineMemory memory,
      FrameTable table,
      MachToPhys machToPhys,
      Walker walker,
      TableUpdates updates,
      TlbSync tlb,
      DescriptorTables descriptors,
      DirtyFrames dirty) {
    this.vcpu = vcpu;
    this.memory = memory;
    this.table = table;
    this.machToPhys = machToPhys;
    this.walker = walker;
    this.updates = updates;
    this.tlb = tlb;
    this.descriptors = descriptors;
    this.dirty = dirty;
    this.gate = VcpuTables.of(vcpu).accesses();
  }

  @Override
  public long translate(long virtualAddress, int access) {
    long result = find(virtualAddress, access);
    vcpu.counters().walk(access, result);
    return result;
  }

  private long find(long virtualAddress, int access) {
    boolean kernel = vcpu.cpu().kernelMode();
    if (virtualAddress >= RANGE_START && virtualAddress < RANGE_END) {
      return translateReserved(virtualAddress, access, kernel);
    }
    long root = rootFrame(kernel);
    if (root == 0) {
      return ~(long) Walker.code(access, false);
    }
    gate.enter();
    try {
      long page = walker.walk(root, virtualAddress, access);
      if (access == WRITE && page >= 0) {
        // Whoever clears the mark has all vcpus drop their translations after that.
        dirty.mark(page >>> MachineMemory.FRAME_SHIFT);
      }
      return page;
    } finally {
      gate.leave();
    }
  }

  @Override
  public long root() {
    if (vcpu.domain().logsWrites()) {
      return 0;
    }
    long root = rootFrame(vcpu.cpu().kernelMode());
    return root == 0 ? 0 : memory.address(root);
  }

  /** The top-level table of a mode, 0 when it has none. */
  private long rootFrame(boolean kernel) {
    return kernel ? vcpu.kernelRoot() : vcpu.userRoot();
  }

  private long translateReserved(long virtualAddress, int access, boolean kernel) {
    if (virtualAddress < MachToPhys.VIRTUAL_END
        && ReservedSlots.showsMachToPhys(memory.address(rootFrame(kernel)))) {
      long mfn = machToPhys.frameAt(virtualAddress);
      if (mfn >= 0) {
        return access == READ
            ? mfn << MachineMemory.FRAME_SHIFT
            : ~(long) Walker.code(access, true);
      }
    }
    return ~(long) Walker.code(access, false);
  }

  @Override
  public boolean emulateStore(long virtualAddress, int size, long value) {
    if (!mayEmulate(virtualAddress, size)) {
      return false;
    }
    int before = enterUpdate();
    try {
      long at = findWritableEntry(virtualAddress);
      while (at >= 0) {
        long old = HostMemory.getLongAcquire(memory.base() + at);
        int stored = store(at, old, merge(old, virtualAddress, size, value));
        if (stored != 0) {
          return stored > 0;
        }
      }
      return false;
    } finally {
      leaveUpdate(before);
    }
  }

  @Override
  public int emulateCompareAndSet(long virtualAddress, int size, long expected, long value) {
    if (!mayEmulate(virtualAddress, size)) {
      return -1;
    }
    int before = enterUpdate();
    try {
      long at = findWritableEntry(virtualAddress);
      if (at < 0) {
        return -1;
      }
      long old = HostMemory.getLongAcquire(memory.base() + at);
      if (merge(old, virtualAddress, size, expected) != old) {
        return 0;
      }
      int stored = store(at, old, merge(old, virtualAddress, size, value));
      return stored < 0 ? -1 : stored;
    } finally {
      leaveUpdate(before);
    }
  }

  private int store(long at, long old, long entry) {
    long mfn = at >>> MachineMemory.FRAME_SHIFT;
    int index = (int) (at & MachineMemory.FRAME_SIZE - 1) >>> 3;
    return updates.compareAndStore(vcpu.domain(), mfn, index, old, entry);
  }

  private boolean mayEmulate(long virtualAddress, int size) {
    return vcpu.cpu().kernelMode()
        && vcpu.domain().assists(ASSIST_WRITABLE_TABLES)
        && (virtualAddress & size - 1) == 0
        && Pte.isGuestAddress(virtualAddress);
  }

  /** Goes out of the guest, so that flushes do not wait for this vcpu, and takes the lock. */
  private int enterUpdate() {
    int before = vcpu.stepOut();
    vcpu.domain().pagingLock().lock();
    return before;
  }

  private void leaveUpdate(int before) {
    vcpu.domain().pagingLock().unlock();
    vcpu.stepIn(before);
  }

  /**
   * Machine address of the 8-byte entry that contains a byte of an L1 table of the domain, when the
   * address is mapped read-only; otherwise -1. Under the paging lock.
   */
  private long findWritableEntry(long virtualAddress) {
    Domain domain = vcpu.domain();
    long root = vcpu.kernelRoot();
    long at = root == 0 ? -1 : walker.findEntry(root, virtualAddress, 1);
    if (at < 0) {
      return -1;
    }
    long mapping = HostMemory.getLongAcquire(memory.base() + at);
    if (!Pte.isPresent(mapping) || Pte.isWritable(mapping)) {
      return -1;
    }
    long mfn = Pte.frame(mapping);
    if (table.owner(mfn) != domain.id()
        || table.type(mfn) != FrameTable.L1
        || !table.isValidated(mfn)) {
      return -1;
    }
    return (mfn << MachineMemory.FRAME_SHIFT) + (virtualAddress & 0xff8);
  }

  /** Replaces the bytes of an 8-byte entry that a narrower aligned store covers. */
  private static long merge(long old, long virtualAddress, int size, long value) {
    if (size == 8) {
      return value;
    }
    int shift = (int) (virtualAddress & 7) * 8;
    long mask = (1L << size * 8) - 1 << shift;
    return old & ~mask | value << shift & mask;
  }

  @Override
  public long descriptor(int selector) {
    return descriptors.read(vcpu, selector);
  }

  @Override
  public long descriptorAddress(int selector) {
    return descriptors.localAddress(vcpu, selector);
  }

  @Override
  public void markAccessed(int selector) {
    descriptors.markAccessed(vcpu, selector);
  }

  @Override
  public void revokeWriteTranslations(long mfn) {
    int before = vcpu.stepOut();
    tlb.flushWriters(vcpu, mfn);
    vcpu.stepIn(before);
  }
}
