package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;

/** Compares the state after an instruction on both sides, leaving out what is undefined. */
final class Comparison {
  private static final int PAGE_FAULT = 14;
  private static final int BREAKPOINT = 3;
  private static final long COMPARED_FLAGS = Flags.STATUS | Flags.DF;

  /** Result of {@link #difference}: both sides agree. */
  static final String NONE = null;

  private static final String REGISTERS = "registers";
  private static final String XMM = "XMM";
  private static final String FAULT = "fault information";
  private static final String X87_WORDS = "x87 control, status or tags";
  private static final String X87_REGISTERS = "x87 registers";

  private Comparison() {}

  /**
   * Says what differs first, or {@link #NONE}.
   *
   * @param input state before
   * @param expected state after, from the host
   * @param got state after, from the engine
   */
  static String difference(Insn insn, long input, long expected, long got) {
    int undefined = CaseBlock.vector(got) < 0 ? undefinedFlags(insn, input) : 0;
    String difference = difference(undefined, expected, got);
    if (difference == null) {
      return NONE;
    }
    boolean tolerated =
        switch (difference) {
          case REGISTERS -> onlyUndefinedRegisters(insn, input, expected, got);
          case XMM -> Tolerance.reciprocal(insn, expected, got);
          case FAULT -> samePage(insn, expected, got);
          case X87_WORDS, X87_REGISTERS ->
              Tolerance.mmxFault(insn, expected) || Tolerance.transcendental(insn, expected, got);
          default -> false;
        };
    return tolerated ? NONE : difference;
  }

  /**
   * Says what differs first, or {@link #NONE}.
   *
   * @param undefinedFlags flags that are not compared
   */
  static String difference(int undefinedFlags, long expected, long got) {
    int vector = nativeVector(expected);
    if (vector != CaseBlock.vector(got)) {
      return "exception";
    }
    if (vector >= 0 && !sameFault(vector, expected, got)) {
      return FAULT;
    }
    if (nativeRip(expected) != CaseBlock.field(got, CaseBlock.RIP)) {
      return "RIP";
    }
    if (!same(expected, got, CaseBlock.GPR, 128)) {
      return REGISTERS;
    }
    long flags = COMPARED_FLAGS & ~undefinedFlags;
    long before = CaseBlock.field(expected, CaseBlock.RFLAGS);
    if (((before ^ CaseBlock.field(got, CaseBlock.RFLAGS)) & flags) != 0) {
      return "flags";
    }
    if (!same(expected, got, CaseBlock.MEMORY, CaseBlock.MEMORY_SIZE)) {
      return "memory";
    }
    return floatingPoint(expected, got);
  }

  /** The vector, or -1; landing on INT3 behind a branch is the end of the branch. */
  private static int nativeVector(long expected) {
    int vector = CaseBlock.vector(expected);
    return vector == BREAKPOINT ? -1 : vector;
  }

  private static long nativeRip(long expected) {
    long rip = CaseBlock.field(expected, CaseBlock.RIP);
    return CaseBlock.vector(expected) == BREAKPOINT ? rip - 1 : rip;
  }

  private static boolean sameFault(int vector, long expected, long got) {
    if (vector != PAGE_FAULT) {
      return vector != 13 && vector != 12
          || CaseBlock.field(expected, CaseBlock.ERROR) == CaseBlock.field(got, CaseBlock.ERROR);
    }
    return CaseBlock.field(expected, CaseBlock.ERROR) == CaseBlock.field(got, CaseBlock.ERROR)
        && CaseBlock.field(expected, CaseBlock.FAULT_ADDRESS)
            == CaseBlock.field(got, CaseBlock.FAULT_ADDRESS);
  }

  private static boolean same(long expected, long got, int offset, int bytes) {
    for (int i = 0; i < bytes; i += 8) {
      if (HostMemory.getLong(expected + offset + i) != HostMemory.getLong(got + offset + i)) {
        return false;
      }
    }
    return true;
  }

  private static String floatingPoint(long expected, long got) {
    if (HostMemory.getInt(expected + CaseBlock.FX) != HostMemory.getInt(got + CaseBlock.FX)
        || HostMemory.getByte(expected + CaseBlock.FX + 4)
            != HostMemory.getByte(got + CaseBlock.FX + 4)) {
      return X87_WORDS;
    }
    if (HostMemory.getInt(expected + CaseBlock.MXCSR) != HostMemory.getInt(got + CaseBlock.MXCSR)) {
      return "MXCSR";
    }
    for (int i = 0; i < 8; i++) {
      int at = CaseBlock.ST + 16 * i;
      if (CaseBlock.field(expected, at) != CaseBlock.field(got, at)
          || HostMemory.getShort(expected + at + 8) != HostMemory.getShort(got + at + 8)) {
        return X87_REGISTERS;
      }
    }
    return same(expected, got, CaseBlock.XMM, 256) ? NONE : XMM;
  }

  /** Which part of a long operand a processor touches first is its own affair. */
  private static boolean samePage(Insn insn, long expected, long got) {
    int operand = insn.memoryOperand();
    return operand >= 0
        && insn.size[operand] > 10
        && insn.size[operand] != 16
        && CaseBlock.field(expected, CaseBlock.ERROR) == CaseBlock.field(got, CaseBlock.ERROR)
        && CaseBlock.field(expected, CaseBlock.FAULT_ADDRESS) >>> 12
            == CaseBlock.field(got, CaseBlock.FAULT_ADDRESS) >>> 12;
  }

  /** A double shift by more than the operand leaves its destination undefined. */
  private static boolean onlyUndefinedRegisters(Insn insn, long input, long expected, long got) {
    for (int register = 0; register < 16; register++) {
      if (CaseBlock.gpr(expected, register) != CaseBlock.gpr(got, register)
          && !(doubleShiftTooFar(insn, input) && register == insn.register[0])) {
        return false;
      }
    }
    return true;
  }

  /** Whether a double shift by more than the operand's bits leaves its destination undefined. */
  static boolean doubleShiftTooFar(Insn insn, long input) {
    boolean shift = insn.mnemonic == Mnemonic.SHLD || insn.mnemonic == Mnemonic.SHRD;
    return shift && count(insn, 2, input) > 8 * insn.size[0];
  }

  /** By how many bits a shift or rotation moves its operand. */
  static int shiftCount(Insn insn, long input) {
    return count(insn, insn.operandCount - 1, input);
  }

  private static int count(Insn insn, int operand, long input) {
    long count = insn.kind[operand] == OperandKind.IMM ? insn.immediate : CaseBlock.gpr(input, 1);
    return (int) count & (insn.size[0] == 8 ? 63 : 31);
  }

  /** Flags that this very instruction leaves undefined with these inputs. */
  static int undefinedFlags(Insn insn, long input) {
    switch (insn.mnemonic) {
      case SHL, SHR, SAR, ROL, ROR, RCL, RCR, SHLD, SHRD -> {
        boolean twofold = insn.operandCount == 3;
        int count = shiftCount(insn, input);
        int undefined = insn.row.flagsUndefined();
        if (count == 0) {
          return 0;
        }
        if (count == 1) {
          undefined &= ~Flags.OF;
        }
        boolean beyond = count > 8 * insn.size[0];
        boolean logical = insn.mnemonic == Mnemonic.SHL || insn.mnemonic == Mnemonic.SHR;
        if (logical && count >= 8 * insn.size[0]) {
          undefined |= Flags.CF;
        }
        return twofold && beyond ? Flags.STATUS : undefined;
      }
      case TZCNT, LZCNT -> {
        return Mnemonic.BSF.flagsUndefined();
      }
      default -> {
        return insn.row.flagsUndefined();
      }
    }
  }
}
