package dev.zendo.hypervisor.engine.interpreter;

import static dev.zendo.hypervisor.engine.x86.Flags.AF;
import static dev.zendo.hypervisor.engine.x86.Flags.CF;
import static dev.zendo.hypervisor.engine.x86.Flags.OF;
import static dev.zendo.hypervisor.engine.x86.Flags.PF;
import static dev.zendo.hypervisor.engine.x86.Flags.SF;
import static dev.zendo.hypervisor.engine.x86.Flags.STATUS;
import static dev.zendo.hypervisor.engine.x86.Flags.ZF;

import dev.zendo.hypervisor.engine.interpreter.fusion.Preserves;

/**
 * The six arithmetic flags, kept as the operands and the result of the last operation that set them
 * and computed when somebody asks.
 *
 * <p>Operands and results are sign-extended to 64 bits. Sign extension keeps the unsigned order and
 * the top bit of any operand size, so that no formula needs the size.
 */
final class LazyFlags {
  /** Flags are in {@link Cpu#left} as they stand in RFLAGS; the result is 0 when ZF is set. */
  static final int WORD = 0;

  /** result = left + right (+ carry). */
  static final int ADD = 1;

  /** result = left - right (- borrow). */
  static final int SUB = 2;

  /** ZF, SF and PF of the result; bits CF, OF and AF of {@link Cpu#left}. */
  static final int RESULT = 3;

  /** result = left + 1; CF is bit 0 of {@link Cpu#right}. */
  static final int INC = 4;

  /** result = left - 1; CF is bit 0 of {@link Cpu#right}. */
  static final int DEC = 5;

  /** result = left * right, cut to less than 8 bytes; CF and OF when that lost bits. */
  static final int PRODUCT = 6;

  /** result = left * right, cut to 8 bytes; CF and OF when that lost bits. */
  static final int PRODUCT64 = 7;

  /** The pair of conditions that look at CF alone: B and NB. */
  static final int CARRY = 1;

  private LazyFlags() {}

  private static boolean lostBits(Cpu cpu) {
    return cpu.kind == PRODUCT
        ? cpu.left * cpu.right != cpu.result
        : Math.multiplyHigh(cpu.left, cpu.right) != cpu.result >> 63;
  }

  static void set(Cpu cpu, int kind, long left, long right, long result) {
    cpu.kind = kind;
    cpu.left = left;
    cpu.right = right;
    cpu.result = result;
  }

  /** Flags of a logical operation. */
  static void logic(Cpu cpu, long result) {
    cpu.kind = RESULT;
    cpu.left = 0;
    cpu.result = result;
  }

  /** ZF, SF and PF of the result, the others given. */
  static void result(Cpu cpu, long result, int others) {
    cpu.kind = RESULT;
    cpu.left = others;
    cpu.result = result;
  }

  /** Sets all arithmetic flags. */
  static void word(Cpu cpu, int flags) {
    cpu.kind = WORD;
    cpu.left = flags;
    cpu.result = ~flags & ZF;
  }

  /** Sets the flags of a mask and keeps the other arithmetic flags. */
  static void change(Cpu cpu, int mask, int flags) {
    word(cpu, word(cpu) & ~mask | flags & mask);
  }

  static boolean carry(Cpu cpu) {
    return carryBit(cpu) != 0;
  }

  /** CF as a number, which takes no branch where the kind is known. */
  @Preserves
  static long carryBit(Cpu cpu) {
    switch (cpu.kind) {
      case ADD:
        return ((cpu.left & cpu.right) | ((cpu.left | cpu.right) & ~cpu.result)) >>> 63;
      case SUB:
        return ((~cpu.left & cpu.right) | ((~cpu.left | cpu.right) & cpu.result)) >>> 63;
      case INC:
      case DEC:
        return cpu.right & CF;
      case PRODUCT:
      case PRODUCT64:
        return lostBits(cpu) ? 1 : 0;
      default:
        return cpu.left & CF;
    }
  }

  static boolean overflow(Cpu cpu) {
    switch (cpu.kind) {
      case ADD:
        return ((cpu.left ^ cpu.result) & (cpu.right ^ cpu.result)) < 0;
      case SUB:
        return ((cpu.left ^ cpu.right) & (cpu.left ^ cpu.result)) < 0;
      case INC:
        return (~cpu.left & cpu.result) < 0;
      case DEC:
        return (cpu.left & ~cpu.result) < 0;
      case PRODUCT:
      case PRODUCT64:
        return lostBits(cpu);
      default:
        return (cpu.left & OF) != 0;
    }
  }

  private static boolean adjust(Cpu cpu) {
    switch (cpu.kind) {
      case ADD:
      case SUB:
        return ((cpu.left ^ cpu.right ^ cpu.result) & AF) != 0;
      case INC:
      case DEC:
        return ((cpu.left ^ 1 ^ cpu.result) & AF) != 0;
      case PRODUCT:
      case PRODUCT64:
        return false;
      default:
        return (cpu.left & AF) != 0;
    }
  }

  static boolean zero(Cpu cpu) {
    return cpu.result == 0;
  }

  static boolean sign(Cpu cpu) {
    return cpu.kind == WORD ? (cpu.left & SF) != 0 : cpu.result < 0;
  }

  static boolean parity(Cpu cpu) {
    if (cpu.kind == WORD) {
      return (cpu.left & PF) != 0;
    }
    return (Integer.bitCount((int) cpu.result & 0xff) & 1) == 0;
  }

  /** All arithmetic flags as they stand in RFLAGS. */
  static int word(Cpu cpu) {
    if (cpu.kind == WORD) {
      return (int) cpu.left & STATUS;
    }
    return (carry(cpu) ? CF : 0)
        | (parity(cpu) ? PF : 0)
        | (adjust(cpu) ? AF : 0)
        | (zero(cpu) ? ZF : 0)
        | (sign(cpu) ? SF : 0)
        | (overflow(cpu) ? OF : 0);
  }

  /** Whether the condition with the processor's number (0 = O .. 15 = NLE) holds. */
  @Preserves
  static boolean test(Cpu cpu, int condition) {
    return ((condition & 1) == 0) == holds(cpu, condition >> 1);
  }

  private static boolean holds(Cpu cpu, int pair) {
    return pair < 4 ? holdsUnsigned(cpu, pair) : holdsSigned(cpu, pair);
  }

  private static boolean holdsUnsigned(Cpu cpu, int pair) {
    return pair < 2 ? overflowOrCarry(cpu, pair) : zeroOrBelow(cpu, pair);
  }

  private static boolean holdsSigned(Cpu cpu, int pair) {
    return pair < 6 ? signOrParity(cpu, pair) : lessOrNot(cpu, pair);
  }

  private static boolean overflowOrCarry(Cpu cpu, int pair) {
    return pair == 0 ? overflow(cpu) : carry(cpu);
  }

  private static boolean zeroOrBelow(Cpu cpu, int pair) {
    return pair == 2 ? zero(cpu) : belowOrEqual(cpu);
  }

  private static boolean signOrParity(Cpu cpu, int pair) {
    return pair == 4 ? sign(cpu) : parity(cpu);
  }

  private static boolean lessOrNot(Cpu cpu, int pair) {
    return pair == 6 ? less(cpu) : lessOrEqual(cpu);
  }

  private static boolean belowOrEqual(Cpu cpu) {
    return zero(cpu) || carry(cpu);
  }

  private static boolean less(Cpu cpu) {
    return sign(cpu) != overflow(cpu);
  }

  private static boolean lessOrEqual(Cpu cpu) {
    return zero(cpu) || less(cpu);
  }
}
