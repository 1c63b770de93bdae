package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.machine.FrameTable.DESCRIPTORS;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypervisor.domain.DescriptorTableState;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;
import java.util.Arrays;

/**
 * The descriptor tables of vcpus. Pages of the global table are typed when the table is installed,
 * those of the local table when a selector first needs them.
 *
 * <p>A vcpu's tables belong to the thread that runs it; methods take its domain's paging lock.
 */
public final class DescriptorTables {
  private final MachineMemory memory;
  private final FrameTable table;
  private final PageTypes types;
  private final Walker walker;

  /** For the vcpus of one machine. */
  public DescriptorTables(MachineMemory memory, FrameTable table, PageTypes types, Walker walker) {
    this.memory = memory;
    this.table = table;
    this.types = types;
    this.walker = walker;
  }

  /** Installs a global table; see {@code DomainMemory.setGdt}. */
  public long setGdt(Vcpu vcpu, long[] frames, int entries) {
    if (entries < 0 || entries > VcpuTables.GDT_ENTRIES) {
      Refusal.note(Rule.TOO_MANY_DESCRIPTORS, entries, VcpuTables.GDT_ENTRIES);
      return -Errno.EINVAL;
    }
    Domain domain = vcpu.domain();
    VcpuTables tables = VcpuTables.of(vcpu);
    int pages = (entries + 511) / 512;
    domain.pagingLock().lock();
    try {
      for (int i = 0; i < pages; i++) {
        if (types.get(domain, frames[i], DESCRIPTORS) != 0) {
          for (int k = 0; k < i; k++) {
            types.put(domain, frames[k]);
          }
          return -Errno.EINVAL;
        }
      }
      drop(domain, tables.gdtFrames);
      System.arraycopy(frames, 0, tables.gdtFrames, 0, pages);
      tables.gdtEntries = entries;
      domain.descriptorChanged();
      return 0;
    } finally {
      domain.pagingLock().unlock();
    }
  }

  /** Installs a local table; see {@code DomainMemory.setLdt}. */
  public long setLdt(Vcpu vcpu, long base, long entries) {
    boolean bad = (base & MachineMemory.FRAME_SIZE - 1) != 0 || !Pte.isGuestAddress(base);
    if (Long.compareUnsigned(entries, VcpuTables.LDT_ENTRIES) > 0 || entries != 0 && bad) {
      return -Errno.EINVAL;
    }
    VcpuTables tables = VcpuTables.of(vcpu);
    forgetLdtPages(vcpu);
    tables.ldtBase = entries == 0 ? 0 : base;
    tables.ldtEntries = (int) entries;
    vcpu.domain().descriptorChanged();
    return 0;
  }

  /** See {@code DomainMemory.descriptorTables}. */
  public DescriptorTableState state(Vcpu vcpu, long[] frames) {
    VcpuTables tables = VcpuTables.of(vcpu);
    vcpu.domain().pagingLock().lock();
    try {
      for (int i = 0; i < (tables.gdtEntries + 511) / 512; i++) {
        frames[i] = tables.gdtFrames[i];
      }
      return new DescriptorTableState(tables.gdtEntries, tables.ldtBase, tables.ldtEntries);
    } finally {
      vcpu.domain().pagingLock().unlock();
    }
  }

  /** Lets go of the pages of the local table; they are found again when needed. */
  void forgetLdtPages(Vcpu vcpu) {
    Domain domain = vcpu.domain();
    domain.pagingLock().lock();
    try {
      drop(domain, VcpuTables.of(vcpu).ldtFrames);
    } finally {
      domain.pagingLock().unlock();
    }
  }

  /** Lets go of all descriptor tables of a vcpu. */
  public void detach(Vcpu vcpu) {
    setGdt(vcpu, new long[0], 0);
    setLdt(vcpu, 0, 0);
  }

  private void drop(Domain domain, long[] frames) {
    for (long frame : frames) {
      if (frame >= 0) {
        types.put(domain, frame);
      }
    }
    Arrays.fill(frames, -1);
  }

  /**
   * Reads a descriptor of the running vcpu, inside the guest.
   *
   * @param selector 16 bits
   * @return 0 when there is none, {@link GuestMmu#NO_DESCRIPTOR_PAGE} when the page of a local
   *     table cannot be used
   */
  long read(Vcpu vcpu, int selector) {
    VcpuTables tables = VcpuTables.of(vcpu);
    int index = selector >>> 3;
    boolean local = (selector & 4) != 0;
    if (!local && selector >= Descriptors.FIRST_RESERVED_SELECTOR) {
      return Descriptors.reserved(selector);
    }
    if (index >= (local ? tables.ldtEntries : tables.gdtEntries)) {
      return 0;
    }
    long[] frames = local ? tables.ldtFrames : tables.gdtFrames;
    int page = index >>> 9;
    if (frames[page] < 0 && !findLdtPage(vcpu, tables, page)) {
      return GuestMmu.NO_DESCRIPTOR_PAGE;
    }
    return HostMemory.getLongAcquire(memory.address(frames[page]) + 8L * (index & 511));
  }

  /** Virtual address of a descriptor of the running vcpu's local table. */
  long localAddress(Vcpu vcpu, int selector) {
    return VcpuTables.of(vcpu).ldtBase + (selector & 0xfff8);
  }

  /** Marks a descriptor that {@link #read} gave as accessed, as the processor does. */
  void markAccessed(Vcpu vcpu, int selector) {
    boolean local = (selector & 4) != 0;
    if (!local && selector >= Descriptors.FIRST_RESERVED_SELECTOR) {
      return;
    }
    VcpuTables tables = VcpuTables.of(vcpu);
    int index = selector >>> 3;
    long frame = (local ? tables.ldtFrames : tables.gdtFrames)[index >>> 9];
    if (frame >= 0) {
      long at = memory.address(frame) + 8L * (index & 511);
      long descriptor = HostMemory.getLongAcquire(at);
      HostMemory.compareAndSetLong(at, descriptor, Descriptors.accessed(descriptor));
      types.changed(frame);
    }
  }

  private boolean findLdtPage(Vcpu vcpu, VcpuTables tables, int page) {
    Domain domain = vcpu.domain();
    int before = vcpu.stepOut();
    domain.pagingLock().lock();
    try {
      long address = tables.ldtBase + ((long) page << MachineMemory.FRAME_SHIFT);
      long at = walker.findEntry(vcpu.kernelRoot(), address, 1);
      if (at < 0 || table.type(at >>> MachineMemory.FRAME_SHIFT) != FrameTable.L1) {
        return false;
      }
      long entry = HostMemory.getLongAcquire(memory.base() + at);
      if (!Pte.isPresent(entry) || types.get(domain, Pte.frame(entry), DESCRIPTORS) != 0) {
        return false;
      }
      tables.ldtFrames[page] = Pte.frame(entry);
      return true;
    } finally {
      domain.pagingLock().unlock();
      vcpu.stepIn(before);
    }
  }
}
