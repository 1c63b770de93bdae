package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.X87;
import dev.zendo.hypervisor.engine.interpreter.Block;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.machine.HostMemory;

/** Whole-register loads and stores, the most frequent vector instructions by far. */
final class MoveOps {
  private MoveOps() {}

  /** 16 bytes from memory or a register to a register. */
  static final class Load extends FpuOp {
    @Override
    protected Block exec(Cpu cpu) {
      cpu.requireFpu(this);
      long from = operand(cpu);
      long low = HostMemory.getLong(from);
      HostMemory.putLong(cpu.state + target + 8, HostMemory.getLong(from + 8));
      HostMemory.putLong(cpu.state + target, low);
      return proceed(cpu);
    }
  }

  /** The low 4 or 8 bytes from memory or a register to a register, clearing the rest. */
  static final class LoadScalar extends FpuOp {
    @Override
    protected Block exec(Cpu cpu) {
      cpu.requireFpu(this);
      long value = value(cpu);
      HostMemory.putLong(cpu.state + target, size == 4 ? value & 0xffffffffL : value);
      HostMemory.putLong(cpu.state + target + 8, 0);
      return proceed(cpu);
    }
  }

  /** 16 bytes from a register to memory or another register. */
  static final class Store extends FpuOp {
    @Override
    protected Block exec(Cpu cpu) {
      cpu.requireFpu(this);
      long from = cpu.state + source;
      if (memory) {
        cpu.store128(alignedAddress(cpu), from, this);
      } else {
        HostMemory.putLong(cpu.state + target, HostMemory.getLong(from));
        HostMemory.putLong(cpu.state + target + 8, HostMemory.getLong(from + 8));
      }
      return proceed(cpu);
    }
  }

  /** 4 or 8 bytes at an offset inside a vector register to memory. */
  static final class StoreScalar extends FpuOp {
    private final int offset;

    StoreScalar(int offset) {
      this.offset = offset;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.requireFpu(this);
      long value = HostMemory.getLong(cpu.state + source + offset);
      cpu.store(address(cpu), size, value, this);
      return proceed(cpu);
    }
  }

  /** An MMX register from memory, a general register or another MMX register. */
  static final class LoadMmx extends FpuOp {
    /** The source is an MMX register as well. */
    private final boolean fromMmx;

    LoadMmx(boolean fromMmx) {
      this.fromMmx = fromMmx;
    }

    @Override
    protected Block exec(Cpu cpu) {
      X87 unit = mmx(cpu);
      long value = fromMmx ? 0 : value(cpu);
      unit.enterMmx();
      if (fromMmx) {
        value = HostMemory.getLong(cpu.state + source);
      }
      HostMemory.putLong(cpu.state + target, size == 4 ? value & 0xffffffffL : value);
      HostMemory.putLong(cpu.state + target + 8, 0xffff);
      return proceed(cpu);
    }
  }

  /** An MMX register to memory or a general register. */
  static final class StoreMmx extends FpuOp {
    @Override
    protected Block exec(Cpu cpu) {
      X87 unit = mmx(cpu);
      // Processors turn the registers even when the store then faults.
      unit.turnToPhysical();
      long value = HostMemory.getLong(cpu.state + source);
      if (memory) {
        cpu.store(address(cpu), size, value, this);
      } else {
        HostMemory.putLong(cpu.state + target, size == 4 ? value & 0xffffffffL : value);
      }
      unit.enterMmx();
      return proceed(cpu);
    }
  }
}
