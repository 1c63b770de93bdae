package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * Why the hypervisor ended a domain, and where its vcpu was.
 *
 * @param domain number of the domain
 * @param vcpu number of the vcpu, -1 when no vcpu did it
 * @param why one line for people
 * @param registers RAX RCX RDX RBX RSP RBP RSI RDI R8..R15, RIP, RFLAGS; empty without a vcpu
 * @param kernelMode whether the guest kernel was running
 */
public record CrashReport(int domain, int vcpu, String why, long[] registers, boolean kernelMode) {
  /** Index of RIP in {@link #registers}. */
  public static final int RIP = 16;

  /** Index of RFLAGS in {@link #registers}. */
  public static final int RFLAGS = 17;

  /** Takes the registers of a vcpu that does not run. */
  static CrashReport of(Domain domain, Vcpu vcpu, String why) {
    if (vcpu == null) {
      return new CrashReport(domain.id(), -1, why, new long[0], false);
    }
    CpuState cpu = vcpu.cpu();
    long[] registers = new long[RFLAGS + 1];
    for (int i = 0; i < RIP; i++) {
      registers[i] = cpu.gpr(i);
    }
    registers[RIP] = cpu.rip();
    registers[RFLAGS] = cpu.rflags();
    return new CrashReport(domain.id(), vcpu.id(), why, registers, cpu.kernelMode());
  }
}
