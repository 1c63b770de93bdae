package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.LaneFunction;
import dev.zendo.hypervisor.engine.fpu.SimdFunction;
import dev.zendo.hypervisor.engine.fpu.SimdShifts;
import dev.zendo.hypervisor.engine.fpu.SseFunction;
import dev.zendo.hypervisor.engine.fpu.X87;
import dev.zendo.hypervisor.engine.interpreter.Block;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.engine.interpreter.Vector;
import dev.zendo.hypervisor.machine.HostMemory;

/** Ops that apply a function to MMX registers, or to an MMX and a vector register. */
final class MmxOps {
  private MmxOps() {}

  /** A lane function on MMX registers. */
  static final class Lanes extends FpuOp {
    private final LaneFunction function;

    Lanes(LaneFunction function) {
      this.function = function;
    }

    @Override
    protected Block exec(Cpu cpu) {
      X87 unit = mmx(cpu);
      long from = operand(cpu);
      unit.enterMmx();
      long to = cpu.state + target;
      HostMemory.putLong(to, function.apply(HostMemory.getLong(to), HostMemory.getLong(from)));
      HostMemory.putLong(to + 8, 0xffff);
      return proceed(cpu);
    }
  }

  /** A shift of an MMX register by an immediate or an operand. */
  static final class Shift extends FpuOp {
    private final SimdShifts.Shift function;

    Shift(SimdShifts.Shift function) {
      this.function = function;
    }

    @Override
    protected Block exec(Cpu cpu) {
      X87 unit = mmx(cpu);
      long from = byImmediate ? 0 : operand(cpu);
      unit.enterMmx();
      long count = byImmediate ? immediate : HostMemory.getLong(from);
      long to = cpu.state + target;
      HostMemory.putLong(to, function.apply(HostMemory.getLong(to), count));
      HostMemory.putLong(to + 8, 0xffff);
      return proceed(cpu);
    }
  }

  /** A function on MMX registers, or of an MMX register on a vector register. */
  static final class Packed extends FpuOp {
    private final SimdFunction function;
    private final boolean mmxTarget;

    Packed(SimdFunction function, boolean mmxTarget) {
      this.function = function;
      this.mmxTarget = mmxTarget;
    }

    @Override
    protected Block exec(Cpu cpu) {
      X87 unit = mmx(cpu);
      long from = operand(cpu);
      unit.enterMmx();
      function.apply(cpu.state + target, from, (int) immediate);
      if (mmxTarget) {
        HostMemory.putLong(cpu.state + target + 8, 0xffff);
      }
      return proceed(cpu);
    }
  }

  /** A conversion between MMX and vector registers. */
  static final class Floating extends FpuOp {
    private final SseFunction function;
    private final boolean mmxTarget;

    Floating(SseFunction function, boolean mmxTarget) {
      this.function = function;
      this.mmxTarget = mmxTarget;
    }

    @Override
    protected Block exec(Cpu cpu) {
      X87 unit = mmx(cpu);
      long from = operand(cpu);
      unit.enterMmx();
      if (!function.apply(cpu.fpu.sse, cpu.state + target, from, (int) immediate)) {
        throw cpu.fault(this, Vector.XM);
      }
      if (mmxTarget) {
        HostMemory.putLong(cpu.state + target + 8, 0xffff);
      }
      return proceed(cpu);
    }
  }
}
