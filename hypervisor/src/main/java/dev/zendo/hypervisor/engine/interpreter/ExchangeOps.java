package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.machine.HostMemory;

/** XCHG, XADD, and the compare-and-exchange instructions. */
final class ExchangeOps {
  private static final int RAX = CpuState.GPR;
  private static final int RCX = CpuState.GPR + 8 * CpuState.RCX;
  private static final int RDX = CpuState.GPR + 8 * CpuState.RDX;
  private static final int RBX = CpuState.GPR + 8 * CpuState.RBX;

  private ExchangeOps() {}

  static void addTo(OpTable table) {
    table.add(ExchangeOps::exchange, Mnemonic.XCHG);
    table.add((insn, rip) -> IntegerOps.modify(new ExchangeAdd(), insn, rip), Mnemonic.XADD);
    table.add((insn, rip) -> IntegerOps.modify(new CompareExchange(), insn, rip), Mnemonic.CMPXCHG);
    table.add(
        (insn, rip) -> IntegerOps.modify(new CompareExchange8(), insn, rip), Mnemonic.CMPXCHG8B);
    table.add(
        (insn, rip) -> Operands.fill(new CompareExchange16(), insn, rip), Mnemonic.CMPXCHG16B);
  }

  private static Op exchange(Insn insn, long rip) {
    if (Operands.isMemory(insn, 0)) {
      Exchange op = IntegerOps.modify(new Exchange(), insn, rip);
      op.locked = true;
      return op;
    }
    return Operands.fill(new Swap(insn.size[0]), insn, rip);
  }

  /** XCHG of two registers. */
  private static final class Swap extends OperandOp {
    private final int size;

    Swap(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long a = cpu.register(target, size);
      cpu.register(target, size, cpu.register(source, size));
      cpu.register(source, size, a);
      return next.exec(cpu);
    }
  }

  /** XCHG with memory, which is atomic without a prefix. */
  private static final class Exchange extends ModifyOp {
    @Override
    long update(Cpu cpu, long old) {
      return cpu.register(source, size);
    }

    @Override
    protected Block exec(Cpu cpu) {
      long old = modify(cpu);
      cpu.register(source, size, old);
      return next.exec(cpu);
    }
  }

  private static final class ExchangeAdd extends ModifyOp {
    @Override
    long update(Cpu cpu, long old) {
      long b = cpu.register(source, size);
      long sum = Width.extend(old + b, size);
      LazyFlags.set(cpu, LazyFlags.ADD, old, b, sum);
      return sum;
    }

    @Override
    protected Block exec(Cpu cpu) {
      if (memory) {
        cpu.register(source, size, modify(cpu));
      } else {
        long old = cpu.register(target, size);
        long sum = update(cpu, old);
        cpu.register(source, size, old);
        cpu.register(target, size, sum);
      }
      return next.exec(cpu);
    }
  }

  private static final class CompareExchange extends ModifyOp {
    @Override
    long update(Cpu cpu, long old) {
      long expected = cpu.register(RAX, size);
      LazyFlags.set(cpu, LazyFlags.SUB, expected, old, Width.extend(expected - old, size));
      return expected == old ? cpu.register(source, size) : old;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long expected = cpu.register(RAX, size);
      if (memory) {
        long old = modify(cpu);
        if (old != expected) {
          cpu.register(RAX, size, old);
        }
      } else {
        exchangeRegister(cpu, expected);
      }
      return next.exec(cpu);
    }

    /** A register destination is not written at all when unequal, not even its upper half. */
    private void exchangeRegister(Cpu cpu, long expected) {
      long old = cpu.register(target, size);
      long value = update(cpu, old);
      cpu.register(old == expected ? target : RAX, size, value);
    }
  }

  private static final class CompareExchange8 extends ModifyOp {
    private static long pair(Cpu cpu, int high, int low) {
      return cpu.get(high) << 32 | cpu.get(low) & 0xffffffffL;
    }

    @Override
    long update(Cpu cpu, long old) {
      boolean equal = pair(cpu, RDX, RAX) == old;
      LazyFlags.change(cpu, Flags.ZF, equal ? Flags.ZF : 0);
      return equal ? pair(cpu, RCX, RBX) : old;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long expected = pair(cpu, RDX, RAX);
      long old = modify(cpu);
      if (old != expected) {
        cpu.register(RAX, 4, old);
        cpu.register(RDX, 4, old >>> 32);
      }
      return next.exec(cpu);
    }
  }

  /** CMPXCHG16B; exclusive towards itself whether locked or not. */
  private static final class CompareExchange16 extends OperandOp {
    @Override
    protected Block exec(Cpu cpu) {
      long va = address(cpu);
      if ((va & 15) != 0) {
        throw cpu.fault(this, Vector.GP);
      }
      long scratch = cpu.state + CpuState.SCRATCH;
      HostMemory.putLong(scratch, cpu.get(RAX));
      HostMemory.putLong(scratch + 8, cpu.get(RDX));
      HostMemory.putLong(scratch + 16, cpu.get(RBX));
      HostMemory.putLong(scratch + 24, cpu.get(RCX));
      boolean equal = cpu.memory.compareAndSet16(va, scratch, scratch + 16, this);
      LazyFlags.change(cpu, Flags.ZF, equal ? Flags.ZF : 0);
      if (!equal) {
        cpu.put(RAX, HostMemory.getLong(scratch));
        cpu.put(RDX, HostMemory.getLong(scratch + 8));
      }
      return next.exec(cpu);
    }
  }
}
