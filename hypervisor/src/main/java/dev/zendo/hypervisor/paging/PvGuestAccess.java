package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.GuestAccess;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Pointers of a paravirtualized guest: virtual addresses outside the hypervisor's range, walked
 * through the page tables of the vcpu's current mode. Used by the thread that runs the vcpu.
 */
final class PvGuestAccess implements GuestAccess {
  private final Vcpu vcpu;
  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final Walker walker;
  private final AccessGate gate;

  PvGuestAccess(Vcpu vcpu, MachineMemory memory, CodeMap codeMap, Walker walker) {
    this.vcpu = vcpu;
    this.memory = memory;
    this.codeMap = codeMap;
    this.walker = walker;
    this.gate = VcpuTables.of(vcpu).accesses();
  }

  @Override
  public boolean read(long guestPointer, long hostAddress, int bytes) {
    for (int done = 0; done < bytes; ) {
      int part = partOf(guestPointer + done, bytes - done);
      if (!copy(guestPointer + done, hostAddress + done, part, GuestMmu.READ)) {
        return false;
      }
      done += part;
    }
    return true;
  }

  @Override
  public boolean write(long guestPointer, long hostAddress, int bytes) {
    for (int done = 0; done < bytes; ) {
      int part = partOf(guestPointer + done, bytes - done);
      if (!copy(guestPointer + done, hostAddress + done, part, GuestMmu.WRITE)) {
        return false;
      }
      done += part;
    }
    return true;
  }

  private static int partOf(long pointer, int bytes) {
    int offset = (int) pointer & MachineMemory.FRAME_SIZE - 1;
    return Math.min(bytes, MachineMemory.FRAME_SIZE - offset);
  }

  /** Copies within one page. */
  private boolean copy(long pointer, long hostAddress, int bytes, int access) {
    long root = vcpu.cpu().kernelMode() ? vcpu.kernelRoot() : vcpu.userRoot();
    if (!Pte.isGuestAddress(pointer) || root == 0) {
      return false;
    }
    long page;
    gate.enter();
    try {
      page = walker.walk(root, pointer, access);
      if (page < 0) {
        return false;
      }
      long host = memory.base() + page + (pointer & MachineMemory.FRAME_SIZE - 1);
      if (access == GuestMmu.WRITE) {
        HostMemory.copy(hostAddress, host, bytes);
      } else {
        HostMemory.copy(host, hostAddress, bytes);
      }
    } finally {
      gate.leave();
    }
    if (access == GuestMmu.WRITE) {
      codeMap.written(page >>> MachineMemory.FRAME_SHIFT);
    }
    return true;
  }
}
