package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;

/** What only compatibility mode has: decimal adjustments, BOUND, ARPL, SALC. */
final class LegacyOps {
  private static final int RAX = CpuState.GPR;

  private LegacyOps() {}

  static void addTo(OpTable table) {
    table.add((insn, rip) -> new AdjustPacked(false), Mnemonic.DAA);
    table.add((insn, rip) -> new AdjustPacked(true), Mnemonic.DAS);
    table.add((insn, rip) -> new AdjustUnpacked(1), Mnemonic.AAA);
    table.add((insn, rip) -> new AdjustUnpacked(-1), Mnemonic.AAS);
    table.add((insn, rip) -> Operands.fill(new AdjustProduct(), insn, rip), Mnemonic.AAM);
    table.add((insn, rip) -> Operands.fill(new AdjustDividend(), insn, rip), Mnemonic.AAD);
    table.add((insn, rip) -> new CarryToAl(), Mnemonic.SALC);
    table.add((insn, rip) -> Operands.fill(new Bound(insn.operandSize), insn, rip), Mnemonic.BOUND);
    table.add(LegacyOps::adjustPrivilege, Mnemonic.ARPL);
  }

  private static Op adjustPrivilege(Insn insn, long rip) {
    AdjustPrivilege op = new AdjustPrivilege(Operands.isMemory(insn, 0));
    Operands.fill(op, insn, rip).accesses(2, false);
    return op;
  }

  /** Sign, zero and parity flags of a byte. */
  private static int flags(int value) {
    int flags = (value & 0x80) != 0 ? Flags.SF : 0;
    flags |= value == 0 ? Flags.ZF : 0;
    return flags | ((Integer.bitCount(value) & 1) == 0 ? Flags.PF : 0);
  }

  /** DAA and DAS. */
  private static final class AdjustPacked extends Op {
    private final boolean subtract;

    AdjustPacked(boolean subtract) {
      this.subtract = subtract;
    }

    @Override
    protected Block exec(Cpu cpu) {
      int before = (int) cpu.get(RAX) & 0xff;
      int old = LazyFlags.word(cpu);
      int al = before;
      int set = 0;
      boolean high = before > 0x99 || (old & Flags.CF) != 0;
      if ((before & 15) > 9 || (old & Flags.AF) != 0) {
        al += subtract ? -6 : 6;
        set |= Flags.AF;
        // The borrow of the low digit is kept, the carry cannot happen without the other.
        set |= subtract && al < 0 ? Flags.CF : 0;
      }
      if (high) {
        al += subtract ? -0x60 : 0x60;
        set |= Flags.CF;
      }
      al &= 0xff;
      cpu.register(RAX, 1, al);
      LazyFlags.word(cpu, set | flags(al));
      return next.exec(cpu);
    }
  }

  /** AAA and AAS. */
  private static final class AdjustUnpacked extends Op {
    private final int direction;

    AdjustUnpacked(int direction) {
      this.direction = direction;
    }

    @Override
    protected Block exec(Cpu cpu) {
      int ax = (int) cpu.get(RAX) & 0xffff;
      int set = 0;
      if ((ax & 15) > 9 || (LazyFlags.word(cpu) & Flags.AF) != 0) {
        ax += direction * 0x106;
        set = Flags.AF | Flags.CF;
      }
      cpu.register(RAX, 2, ax & 0xff0f);
      LazyFlags.word(cpu, set | flags(ax & 15));
      return next.exec(cpu);
    }
  }

  /** AAM. */
  private static final class AdjustProduct extends OperandOp {
    @Override
    protected Block exec(Cpu cpu) {
      int radix = (int) immediate & 0xff;
      if (radix == 0) {
        throw cpu.fault(this, Vector.DE);
      }
      int al = (int) cpu.get(RAX) & 0xff;
      cpu.register(RAX, 2, al / radix << 8 | al % radix);
      LazyFlags.word(cpu, flags(al % radix));
      return next.exec(cpu);
    }
  }

  /** AAD. */
  private static final class AdjustDividend extends OperandOp {
    @Override
    protected Block exec(Cpu cpu) {
      int ax = (int) cpu.get(RAX);
      int al = (ax + (ax >> 8 & 0xff) * ((int) immediate & 0xff)) & 0xff;
      cpu.register(RAX, 2, al);
      LazyFlags.word(cpu, flags(al));
      return next.exec(cpu);
    }
  }

  /** SALC: AL becomes -1 or 0. */
  private static final class CarryToAl extends Op {
    @Override
    protected Block exec(Cpu cpu) {
      cpu.register(RAX, 1, -LazyFlags.carryBit(cpu));
      return next.exec(cpu);
    }
  }

  /** BOUND. */
  private static final class Bound extends OperandOp {
    private final int size;

    Bound(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long va = address(cpu);
      long index = cpu.register(target, size);
      long lower = cpu.load(va, size, this);
      long upper = cpu.load(va + size, size, this);
      if (index < lower || index > upper) {
        throw cpu.fault(this, Vector.BR);
      }
      return next.exec(cpu);
    }
  }

  /**
   * ARPL: the destination selector gets at least the source's requested privilege level. Memory is
   * only stored to when it changes.
   */
  private static final class AdjustPrivilege extends OperandOp {
    private final boolean memory;

    AdjustPrivilege(boolean memory) {
      this.memory = memory;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long va = memory ? address(cpu) : 0;
      long old = memory ? cpu.load(va, 2, this) : cpu.register(target, 2);
      long level = cpu.register(source, 2) & 3;
      boolean lower = (old & 3) < level;
      if (lower && memory) {
        cpu.segments.linear(this, effective(cpu), true);
        cpu.store(va, 2, old & ~3L | level, this);
      } else if (lower) {
        cpu.register(target, 2, old & ~3L | level);
      }
      LazyFlags.change(cpu, Flags.ZF, lower ? Flags.ZF : 0);
      return next.exec(cpu);
    }
  }
}
