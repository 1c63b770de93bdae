package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.trap.CpuUserRegs;

/** The general registers of cpu_user_regs in the processor's encoding order. */
final class RegisterOrder {
  static final U64[] FIELDS = {
    CpuUserRegs.RAX,
    CpuUserRegs.RCX,
    CpuUserRegs.RDX,
    CpuUserRegs.RBX,
    CpuUserRegs.RSP,
    CpuUserRegs.RBP,
    CpuUserRegs.RSI,
    CpuUserRegs.RDI,
    CpuUserRegs.R8,
    CpuUserRegs.R9,
    CpuUserRegs.R10,
    CpuUserRegs.R11,
    CpuUserRegs.R12,
    CpuUserRegs.R13,
    CpuUserRegs.R14,
    CpuUserRegs.R15
  };

  private RegisterOrder() {}
}
