package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.machine.FrameTable.L4;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.GuestGate;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/** The page-table roots of vcpus: a root in use holds a reference as a top-level table. */
public final class Roots {
  private final PageTypes types;
  private final DescriptorTables descriptors;
  private final MachineMemory memory;
  private final ReservedSlots slots;

  /** By the given rules. */
  public Roots(
      PageTypes types, DescriptorTables descriptors, MachineMemory memory, ReservedSlots slots) {
    this.types = types;
    this.descriptors = descriptors;
    this.memory = memory;
    this.slots = slots;
  }

  /** Sets the root of the guest kernel; see {@code DomainMemory.setKernelRoot}. */
  public long setKernel(Vcpu vcpu, long mfn) {
    long old = vcpu.kernelRoot();
    Domain domain = vcpu.domain();
    descriptors.forgetLdtPages(vcpu);
    int drop = GuestGate.ALL;
    if (old != mfn) {
      domain.pagingLock().lock();
      try {
        int error = types.get(domain, mfn, L4);
        if (error != 0) {
          return error;
        }
        if (!domain.assists(PvMmu.ASSIST_M2P_STRICT)) {
          slots.fillMachToPhys(memory.address(mfn));
        }
        drop = translationsToDrop(old, mfn);
        vcpu.kernelRoot(mfn);
        if (old != 0) {
          types.put(domain, old);
        }
      } finally {
        domain.pagingLock().unlock();
      }
    }
    vcpu.gate().post(drop);
    return 0;
  }

  /** Sets the root of the guest's user mode; 0 means none. */
  public long setUser(Vcpu vcpu, long mfn) {
    long old = vcpu.userRoot();
    if (old == mfn) {
      return 0;
    }
    Domain domain = vcpu.domain();
    int drop;
    domain.pagingLock().lock();
    try {
      int error = mfn == 0 ? 0 : types.get(domain, mfn, L4);
      if (error != 0) {
        return error;
      }
      if (mfn != 0 && domain.assists(PvMmu.ASSIST_M2P_STRICT)) {
        slots.clearMachToPhys(memory.address(mfn));
      }
      drop = old == 0 || mfn == 0 ? GuestGate.USER : translationsToDrop(old, mfn);
      vcpu.userRoot(mfn);
      if (old != 0) {
        types.put(domain, old);
      }
    } finally {
      domain.pagingLock().unlock();
    }
    vcpu.gate().post(drop);
    return 0;
  }

  /** What a vcpu that changes from one root to another must forget. */
  private int translationsToDrop(long old, long mfn) {
    return old != 0 && sameUpperHalf(memory.address(old), memory.address(mfn))
        ? GuestGate.LOWER_HALF
        : GuestGate.ALL;
  }

  /** Whether what the first table translates in the upper half, the second does alike. */
  private static boolean sameUpperHalf(long a, long b) {
    for (int i = Pte.END_RESERVED_SLOT; i < Pte.ENTRIES; i++) {
      long old = HostMemory.getLongAcquire(a + 8L * i);
      long entry = HostMemory.getLongAcquire(b + 8L * i);
      if (entry != old && Pte.outdates(entry | Pte.ACCESSED, old | Pte.ACCESSED)) {
        return false;
      }
    }
    return true;
  }

  /** Drops both roots of a vcpu that will not run again. */
  public void detach(Vcpu vcpu) {
    Domain domain = vcpu.domain();
    domain.pagingLock().lock();
    try {
      long kernel = vcpu.kernelRoot();
      vcpu.kernelRoot(0);
      if (kernel != 0) {
        types.put(domain, kernel);
      }
      long user = vcpu.userRoot();
      vcpu.userRoot(0);
      if (user != 0) {
        types.put(domain, user);
      }
    } finally {
      domain.pagingLock().unlock();
    }
  }
}
