package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.GuestAccess;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Pointers of a paravirtualized guest: virtual addresses outside the hypervisor's range, walked
 * through the page tables of the vcpu's current mode. Used by the thread that runs the vcpu.
 */
final class PvGuestAccess implements GuestAccess {
  /** Up to this many bytes are copied one by one. */
  private static final int FEW = 192;

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
      if (!copy(guestPointer + done, hostAddress + done, part, false)) {
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
      if (!copy(guestPointer + done, hostAddress + done, part, true)) {
        return false;
      }
      done += part;
    }
    return true;
  }

  @Override
  public boolean peek(boolean kernelMode, long guestPointer, long hostAddress, int bytes) {
    long root = kernelMode ? vcpu.kernelRoot() : vcpu.userRoot();
    boolean guests = CpuState.isCanonical(guestPointer) && Pte.isGuestAddress(guestPointer);
    if (root == 0 || !guests || partOf(guestPointer, bytes) != bytes) {
      return false;
    }
    gate.enter();
    try {
      long at = walker.findEntry(root, guestPointer, 1);
      long entry = at < 0 ? 0 : HostMemory.getLongAcquire(memory.base() + at);
      if (!Pte.isPresent(entry) || (entry & Pte.USER) == 0 || !memory.contains(Pte.frame(entry))) {
        return false;
      }
      long page = memory.address(Pte.frame(entry));
      HostMemory.copy(page + (guestPointer & MachineMemory.FRAME_SIZE - 1), hostAddress, bytes);
      return true;
    } finally {
      gate.leave();
    }
  }

  private static int partOf(long pointer, int bytes) {
    int offset = (int) pointer & MachineMemory.FRAME_SIZE - 1;
    return Math.min(bytes, MachineMemory.FRAME_SIZE - offset);
  }

  /** Copies within one page. */
  private boolean copy(long pointer, long hostAddress, int bytes, boolean write) {
    if (!Pte.isGuestAddress(pointer)) {
      return false;
    }
    long host;
    gate.enter();
    try {
      host = find(pointer, write);
      if (host == 0) {
        return false;
      }
      long from = write ? hostAddress : host;
      long to = write ? host : hostAddress;
      if (bytes <= FEW) {
        HostMemory.copyFew(from, to, bytes);
      } else {
        HostMemory.copy(from, to, bytes);
      }
    } finally {
      gate.leave();
    }
    if (write) {
      codeMap.written(host - memory.base() >>> MachineMemory.FRAME_SHIFT);
    }
    return true;
  }

  /**
   * Host address of a byte, 0 when it cannot be accessed. What the executor has buffered is true
   * here as well unless a flush waits, which whoever posts it lets wait for the gate to be quiet.
   */
  private long find(long pointer, boolean write) {
    CpuState cpu = vcpu.cpu();
    long known = vcpu.gate().current() ? cpu.buffered(pointer, write) : 0;
    if (known != 0) {
      return known;
    }
    boolean kernel = cpu.kernelMode();
    long root = kernel ? vcpu.kernelRoot() : vcpu.userRoot();
    if (root == 0) {
      return 0;
    }
    long page = walker.walk(root, pointer, write ? GuestMmu.WRITE : GuestMmu.READ);
    if (page < 0) {
      return 0;
    }
    long hostPage = memory.base() + page;
    if (!write || !codeMap.hasCode(page >>> MachineMemory.FRAME_SHIFT)) {
      long buffer = cpu.base() + (kernel ? CpuState.KERNEL_TLB : CpuState.USER_TLB);
      CpuState.enterTranslation(buffer, pointer, hostPage, write);
    }
    return hostPage + (pointer & MachineMemory.FRAME_SIZE - 1);
  }
}
