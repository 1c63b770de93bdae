package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/** Multiplication and division. */
final class MultiplyOps {
  private static final int RAX = CpuState.GPR;
  private static final int RDX = CpuState.GPR + 8 * CpuState.RDX;
  private static final int CARRY = Flags.CF | Flags.OF;

  private MultiplyOps() {}

  static void addTo(OpTable table) {
    table.add((insn, rip) -> wide(new Multiply(false), insn, rip), Mnemonic.MUL);
    table.add(
        (insn, rip) ->
            insn.operandCount == 1 ? wide(new Multiply(true), insn, rip) : multiply(insn, rip),
        Mnemonic.IMUL);
    table.add((insn, rip) -> wide(new Divide(false), insn, rip), Mnemonic.DIV);
    table.add((insn, rip) -> wide(new Divide(true), insn, rip), Mnemonic.IDIV);
  }

  private static Op wide(WideOp op, Insn insn, long rip) {
    op.memory = Operands.isMemory(insn, 0);
    op.size = insn.size[0];
    return Operands.fill(op, insn, rip);
  }

  private static Op multiply(Insn insn, long rip) {
    int form = Operands.isMemory(insn, 1) ? Operands.form(insn) : -1;
    OperandOp op = Templates.imul(insn.size[0], form, insn.kind[2] == OperandKind.IMM);
    return Operands.fill(op, insn, rip);
  }

  /** An op on the accumulator pair with one explicit operand. */
  private abstract static class WideOp extends OperandOp {
    boolean memory;
    int size;

    final long operand(Cpu cpu) {
      return memory ? cpu.load(address(cpu), size, this) : cpu.register(target, size);
    }

    /** Stores a double-width result of size 1, 2 or 4 given in one long. */
    final void storePair(Cpu cpu, long low, long high) {
      if (size == 1) {
        cpu.register(RAX, 2, low & 0xff | high << 8);
      } else {
        cpu.register(RAX, size, low);
        cpu.register(RDX, size, high);
      }
    }
  }

  /** MUL and IMUL with one operand. */
  private static final class Multiply extends WideOp {
    private final boolean signed;

    Multiply(boolean signed) {
      this.signed = signed;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long b = operand(cpu);
      long a = cpu.register(RAX, size);
      if (!signed) {
        a = Width.zeroExtend(a, size);
        b = Width.zeroExtend(b, size);
      }
      long low = a * b;
      long high = size == 8 ? multiplyHigh(a, b) : low >> 8 * size;
      storePair(cpu, low, high);
      LazyFlags.result(cpu, Width.extend(low, size), lost(low, high) ? CARRY : 0);
      return next.exec(cpu);
    }

    private long multiplyHigh(long a, long b) {
      long high = Math.multiplyHigh(a, b);
      return signed ? high : high + (a >> 63 & b) + (b >> 63 & a);
    }

    private boolean lost(long low, long high) {
      long extension = signed ? Width.extend(low, size) >> 63 : 0;
      return Width.extend(high, size) != extension;
    }
  }

  /** DIV and IDIV. */
  private static final class Divide extends WideOp {
    private final boolean signed;

    Divide(boolean signed) {
      this.signed = signed;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long divisor = operand(cpu);
      if (divisor == 0) {
        throw cpu.fault(this, Vector.DE);
      }
      if (size == 8) {
        divideLong(cpu, divisor);
      } else {
        divideShort(cpu, divisor);
      }
      return next.exec(cpu);
    }

    private void divideShort(Cpu cpu, long divisor) {
      long dividend = dividend(cpu);
      long d = signed ? divisor : Width.zeroExtend(divisor, size);
      long quotient = signed ? dividend / d : Long.divideUnsigned(dividend, d);
      long remainder = signed ? dividend % d : Long.remainderUnsigned(dividend, d);
      boolean fits =
          signed
              ? Width.extend(quotient, size) == quotient
              : Width.zeroExtend(quotient, size) == quotient;
      // The one quotient that overflows a long: the smallest dividend divided by -1.
      if (!fits || signed && dividend == Long.MIN_VALUE && d == -1) {
        throw cpu.fault(this, Vector.DE);
      }
      storePair(cpu, quotient, remainder);
    }

    private long dividend(Cpu cpu) {
      if (size == 1) {
        long value = cpu.register(RAX, 2);
        return signed ? value : value & 0xffff;
      }
      long low = Width.zeroExtend(cpu.register(RAX, size), size);
      long high = cpu.register(RDX, size);
      long value = high << 8 * size | low;
      return signed || size == 4 ? value : Width.zeroExtend(value, 4);
    }

    private void divideLong(Cpu cpu, long divisor) {
      long low = cpu.get(RAX);
      long high = cpu.get(RDX);
      if (!signed) {
        if (Long.compareUnsigned(high, divisor) >= 0) {
          throw cpu.fault(this, Vector.DE);
        }
        divide(cpu, high, low, divisor, false, false);
        return;
      }
      boolean negative = high < 0;
      if (negative) {
        high = ~high + (low == 0 ? 1 : 0);
        low = -low;
      }
      long magnitude = Math.abs(divisor);
      if (Long.compareUnsigned(high, magnitude) >= 0) {
        throw cpu.fault(this, Vector.DE);
      }
      divide(cpu, high, low, magnitude, negative, divisor < 0);
    }

    private void divide(
        Cpu cpu, long high, long low, long divisor, boolean negative, boolean negativeDivisor) {
      long quotient = divideUnsigned(high, low, divisor);
      long remainder = low - quotient * divisor;
      boolean negate = negative != negativeDivisor;
      if (signed && quotient < 0 && !(negate && quotient == Long.MIN_VALUE)) {
        throw cpu.fault(this, Vector.DE);
      }
      cpu.put(RAX, negate ? -quotient : quotient);
      cpu.put(RDX, negative ? -remainder : remainder);
    }

    /** Divides 128 by 64 bits, all unsigned; {@code high} is below {@code divisor}. */
    private static long divideUnsigned(long high, long low, long divisor) {
      if (high == 0) {
        return Long.divideUnsigned(low, divisor);
      }
      long quotient = 0;
      long rest = high;
      for (int i = 63; i >= 0; i--) {
        boolean carry = rest < 0;
        rest = rest << 1 | low >>> i & 1;
        if (carry || Long.compareUnsigned(rest, divisor) >= 0) {
          rest -= divisor;
          quotient |= 1L << i;
        }
      }
      return quotient;
    }
  }
}
