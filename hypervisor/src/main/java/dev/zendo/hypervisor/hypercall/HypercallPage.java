package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/** The page of stubs that a guest may call instead of issuing SYSCALL itself. Thread-safe. */
public final class HypercallPage {
  private static final int SLOT = 32;
  private static final int SLOTS = 128;
  private static final byte[] ENTER = {0x51, 0x41, 0x53, (byte) 0xb8};
  private static final byte[] LEAVE = {0x0f, 0x05, 0x41, 0x5b, 0x59, (byte) 0xc3};
  private static final byte[] ENTER_IRET = {0x51, 0x41, 0x53, 0x50, (byte) 0xb8};
  private static final byte[] LEAVE_IRET = {0x0f, 0x05};
  private static final byte BREAKPOINT = (byte) 0xcc;

  private final MachineMemory machine;
  private final DomainMemory memory;
  private final CodeMap codeMap;

  /** Pages in the frames of a machine. */
  public HypercallPage(MachineMemory machine, DomainMemory memory, CodeMap codeMap) {
    this.machine = machine;
    this.memory = memory;
    this.codeMap = codeMap;
  }

  /**
   * Fills a frame of a domain with stubs.
   *
   * @param mfn any value
   * @return whether that is a frame which the domain may write to
   */
  public boolean install(Domain domain, long mfn) {
    if (domain.translated() || memory.acquireWritable(domain, mfn) != 0) {
      return false;
    }
    fill(machine.address(mfn));
    HostMemory.fullFence();
    codeMap.written(mfn);
    memory.releaseWritable(domain, mfn);
    return true;
  }

  /** Fills the 4096 bytes at a host address; what is between the stubs traps. */
  public static void fill(long page) {
    HostMemory.fill(page, (long) SLOT * SLOTS, BREAKPOINT);
    for (int number = 0; number < SLOTS; number++) {
      boolean iret = number == Hypercalls.IRET;
      byte[] enter = iret ? ENTER_IRET : ENTER;
      byte[] leave = iret ? LEAVE_IRET : LEAVE;
      long at = page + (long) number * SLOT;
      HostMemory.copyFromArray(enter, 0, at, enter.length);
      HostMemory.putInt(at + enter.length, number);
      HostMemory.copyFromArray(leave, 0, at + enter.length + Integer.BYTES, leave.length);
    }
  }
}
