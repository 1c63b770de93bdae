package dev.zendo.hypervisor.trace;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * The guest instruction that issued a hypercall: the SYSCALL itself, and where the stub around it
 * returns to. Stateless.
 */
final class CallerAddress {
  /** POP R11; POP RCX: what follows in stubs of the hypercall page, and in Linux's own. */
  private static final int STUB_END = 0x595b41;

  private static final int STUB_END_MASK = 0xffffff;

  private static final int SYSCALL_BYTES = 2;

  /** The stub has pushed RCX and R11 on the return address. */
  private static final int RETURN_ADDRESS = 16;

  private CallerAddress() {}

  /**
   * Appends the address, and for a stub its return address.
   *
   * @param rip address behind the SYSCALL
   */
  static void append(StringBuilder out, Vcpu vcpu, long rip) {
    out.append(Long.toHexString(rip - SYSCALL_BYTES));
    long buffer = vcpu.scratch();
    boolean kernel = vcpu.cpu().kernelMode();
    if (vcpu.guest().peek(kernel, rip, buffer, Integer.BYTES)
        && (HostMemory.getInt(buffer) & STUB_END_MASK) == STUB_END
        && vcpu.guest()
            .peek(kernel, vcpu.cpu().gpr(CpuState.RSP) + RETURN_ADDRESS, buffer, Long.BYTES)) {
      out.append(", returns to 0x").append(Long.toHexString(HostMemory.getLong(buffer)));
    }
  }
}
