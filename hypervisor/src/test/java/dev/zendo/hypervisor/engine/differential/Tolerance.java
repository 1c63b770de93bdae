package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;

/** Results that processors of one architecture may differ in, and by how much. */
final class Tolerance {
  /** C1 tells whether the last rounding was upwards. */
  private static final int C1 = 1 << 9;

  private static final int UNDERFLOW = 1 << 4;

  private static final long SIGNIFICAND_STEPS = 2;

  private Tolerance() {}

  /** Whether two processors may give different results for the same operands. */
  static boolean approximates(Mnemonic mnemonic) {
    return isReciprocal(mnemonic) || isTranscendental(mnemonic);
  }

  private static boolean isReciprocal(Mnemonic mnemonic) {
    return switch (mnemonic) {
      case RCPPS, RCPSS, RSQRTPS, RSQRTSS -> true;
      default -> false;
    };
  }

  private static boolean isTranscendental(Mnemonic mnemonic) {
    return switch (mnemonic) {
      case F2XM1, FYL2X, FYL2XP1, FPTAN, FPATAN, FSIN, FCOS, FSINCOS -> true;
      default -> false;
    };
  }

  /** RCPPS and RSQRTPS promise a relative error below 1.5 * 2^-12 only (SDM volume 2). */
  static boolean reciprocal(Insn insn, long expected, long got) {
    if (!isReciprocal(insn.mnemonic)) {
      return false;
    }
    for (int i = 0; i < 64; i++) {
      int a = HostMemory.getInt(expected + CaseBlock.XMM + 4L * i);
      int b = HostMemory.getInt(got + CaseBlock.XMM + 4L * i);
      float x = Float.intBitsToFloat(a);
      float y = Float.intBitsToFloat(b);
      boolean close = Math.abs(x - y) <= Math.abs(x) * 3 / 4096;
      if (a != b && !close) {
        return false;
      }
    }
    return true;
  }

  /**
   * The transcendental instructions are exact to the last place or so only (SDM volume 1, 8.3.10).
   */
  static boolean transcendental(Insn insn, long expected, long got) {
    if (!isTranscendental(insn.mnemonic)) {
      return false;
    }
    int words = HostMemory.getInt(expected + CaseBlock.FX) ^ HostMemory.getInt(got + CaseBlock.FX);
    if (crossesIntoDenormals(expected, got)) {
      words &= ~(UNDERFLOW << 16);
    }
    byte tags = HostMemory.getByte(expected + CaseBlock.FX + 4);
    if ((words & ~(C1 << 16)) != 0 || tags != HostMemory.getByte(got + CaseBlock.FX + 4)) {
      return false;
    }
    for (int i = 0; i < 8; i++) {
      long a = expected + CaseBlock.ST + 16L * i;
      long b = got + CaseBlock.ST + 16L * i;
      if (!near(a, b)) {
        return false;
      }
    }
    return true;
  }

  /**
   * {@link AmdForm#TINY_SINE}: whether the results, which FSINCOS has two of, lie on both sides of
   * the smallest normal number.
   */
  private static boolean crossesIntoDenormals(long expected, long got) {
    long a = expected + CaseBlock.ST;
    long b = got + CaseBlock.ST;
    return HostProcessor.isAmd() && (borderOfDenormals(a, b) || borderOfDenormals(a + 16, b + 16));
  }

  /** Whether one of two numbers is denormal and the other has the same, smallest exponent. */
  private static boolean borderOfDenormals(long a, long b) {
    int x = HostMemory.getShort(a + 8) & 0xffff;
    int y = HostMemory.getShort(b + 8) & 0xffff;
    return (x ^ y) == 1 && (x & 0x7ffe) == 0;
  }

  /** Whether two extended-precision numbers are neighbours, perhaps across a power of two. */
  private static boolean near(long a, long b) {
    long exponents = (long) HostMemory.getShort(a + 8) - HostMemory.getShort(b + 8);
    long low = HostMemory.getLong(a);
    long high = HostMemory.getLong(b);
    if (exponents == 0 || HostProcessor.isAmd() && borderOfDenormals(a, b)) {
      return Math.abs(low - high) <= SIGNIFICAND_STEPS;
    }
    boolean neighbours = exponents == 1 || exponents == -1;
    long one = exponents < 0 ? low : high;
    long other = exponents < 0 ? high : low;
    return neighbours && one >= -SIGNIFICAND_STEPS && one < 0 && other == Long.MIN_VALUE;
  }

  /**
   * Some processors have reset TOP already when an MMX instruction faults on its memory operand.
   */
  static boolean mmxFault(Insn insn, long expected) {
    if (CaseBlock.vector(expected) < 0) {
      return false;
    }
    for (int i = 0; i < insn.operandCount; i++) {
      if (insn.kind[i] == OperandKind.MMX) {
        return true;
      }
    }
    return false;
  }
}
