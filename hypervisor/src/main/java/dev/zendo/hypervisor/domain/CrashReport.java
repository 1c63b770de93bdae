package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.engine.CpuState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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

  private static final String[] NAMES = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15", "rip", "rflags"
  };

  private static final int REGISTERS_IN_LINE = 4;

  /** Which domain and vcpu, for people. */
  public String place() {
    if (domain < 0) {
      return "no domain";
    }
    String mode = kernelMode ? ", kernel mode" : ", user mode";
    return "domain " + domain + (vcpu < 0 ? "" : ", vcpu " + vcpu + mode);
  }

  /** The registers by name, for people; empty without a vcpu. */
  public List<String> registerLines() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < registers.length; i += REGISTERS_IN_LINE) {
      StringBuilder line = new StringBuilder();
      for (int k = i; k < Math.min(registers.length, i + REGISTERS_IN_LINE); k++) {
        line.append(String.format(Locale.ROOT, "  %-6s %016x", NAMES[k], registers[k]));
      }
      lines.add(line.toString());
    }
    return lines;
  }

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
