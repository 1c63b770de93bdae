package dev.zendo.hypervisor.engine.lockstep;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.machine.HostMemory;

/** Compares the architectural state of two vcpus. Stateless. */
public final class StateComparison {
  private static final String[] NAMES = {
    "rax",
    "rcx",
    "rdx",
    "rbx",
    "rsp",
    "rbp",
    "rsi",
    "rdi",
    "r8",
    "r9",
    "r10",
    "r11",
    "r12",
    "r13",
    "r14",
    "r15",
    "rip",
    "rflags",
    "fs base",
    "gs base",
    "es and cs",
    "ss and ds",
    "fs and gs",
    "mode",
    "dr0",
    "dr1",
    "dr2",
    "dr3",
    "dr6",
    "dr7",
    "cr0",
    "cr4",
    "xcr0",
    "tsc aux",
    "exit vector and error code",
    "exit address",
    "instructions"
  };

  private static final int FX_BYTES = 512;
  private static final int MXCSR = 24;

  private StateComparison() {}

  /** Whether everything is the same, flags and instruction count included. */
  public static boolean same(CpuState a, CpuState b) {
    return differingFlags(a, b) == 0 && sameButFlags(a, b);
  }

  /** Whether everything but the status flags is the same. */
  public static boolean sameButFlags(CpuState a, CpuState b) {
    long x = a.base();
    long y = b.base();
    long different = 0;
    for (int i = 0; i < NAMES.length; i++) {
      different |= (HostMemory.getLong(x + 8L * i) ^ HostMemory.getLong(y + 8L * i)) & mask(8 * i);
    }
    for (int i = CpuState.FX; i < CpuState.FX + FX_BYTES; i += 8) {
      different |= (HostMemory.getLong(x + i) ^ HostMemory.getLong(y + i)) & mask(i);
    }
    return different == 0 && shadow(a) == shadow(b);
  }

  /** Bits to compare: no status flags, nor MXCSR_MASK, of which guests see a constant. */
  private static long mask(int offset) {
    return switch (offset) {
      case CpuState.RFLAGS -> ~(long) Flags.STATUS;
      case CpuState.FX + MXCSR -> 0xffffffffL;
      default -> -1;
    };
  }

  private static int shadow(CpuState cpu) {
    return HostMemory.getInt(cpu.base() + CpuState.SHADOW);
  }

  /** The status flags that differ. */
  public static int differingFlags(CpuState a, CpuState b) {
    return (int) (a.rflags() ^ b.rflags()) & Flags.STATUS;
  }

  /** A line for everything that differs: its name and both values. */
  public static String text(CpuState a, CpuState b) {
    StringBuilder s = new StringBuilder();
    for (int i = 0; i < NAMES.length; i++) {
      line(s, NAMES[i], a.field(8 * i), b.field(8 * i));
    }
    line(s, "interrupt shadow", shadow(a), shadow(b));
    for (int i = 0; i < FX_BYTES; i += 8) {
      int at = CpuState.FX + i;
      line(s, "fx+" + i, a.field(at), b.field(at));
    }
    return s.toString();
  }

  private static void line(StringBuilder s, String name, long a, long b) {
    if (a != b) {
      s.append(String.format("  %-16s %16x %16x%n", name, a, b));
    }
  }
}
