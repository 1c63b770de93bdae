package dev.zendo.dom0.lockstep;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/** Compares the memory of two machines. One thread. */
final class MemoryComparison {
  private static final int LINE = 64;

  private final MachineMemory a;
  private final MachineMemory b;

  MemoryComparison(MachineMemory a, MachineMemory b) {
    this.a = a;
    this.b = b;
  }

  /** Compares everything. */
  void all(String when) {
    for (long mfn = 0; mfn < a.frames(); mfn++) {
      frame(mfn, when);
    }
  }

  /** Compares the frames that a vcpu, of either machine, could write without being noticed. */
  void writable(CpuState cpu, String when) {
    writable(cpu.base() + CpuState.KERNEL_TLB, when);
    writable(cpu.base() + CpuState.USER_TLB, when);
  }

  private void writable(long buffer, String when) {
    for (int i = 0; i < CpuState.TLB_ENTRIES; i++) {
      long slot = buffer + 8L * i;
      long tag = HostMemory.getLong(slot + CpuState.TLB_ARRAY);
      if (tag != CpuState.emptyTag(i)) {
        long host = tag + HostMemory.getLong(slot + 2L * CpuState.TLB_ARRAY);
        MachineMemory owner = inside(a, host) ? a : b;
        frame(host - owner.base() >>> MachineMemory.FRAME_SHIFT, when);
      }
    }
  }

  private static boolean inside(MachineMemory memory, long host) {
    return host >= memory.base() && host < memory.base() + (memory.frames() << 12);
  }

  private void frame(long mfn, String when) {
    long x = a.address(mfn);
    long y = b.address(mfn);
    for (int i = 0; i < MachineMemory.FRAME_SIZE; i += LINE) {
      long different = 0;
      for (int k = 0; k < LINE; k += 8) {
        different |= HostMemory.getLong(x + i + k) ^ HostMemory.getLong(y + i + k);
      }
      if (different != 0) {
        throw new Difference(text(mfn, i, when));
      }
    }
  }

  private String text(long mfn, int offset, String when) {
    StringBuilder s = new StringBuilder(String.format("memory %s (leader, follower):%n", when));
    for (int k = offset; k < offset + LINE; k += 8) {
      long x = HostMemory.getLong(a.address(mfn) + k);
      long y = HostMemory.getLong(b.address(mfn) + k);
      s.append(String.format("  frame %x offset %3x %16x %16x%n", mfn, k, x, y));
    }
    return s.toString();
  }
}
