package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/**
 * Which ops of a block need not set flags, because others overwrite them before anybody can look.
 * An op that may fault or leave the block looks at the flags, so what a guest observes is exact.
 */
final class FlagUse {
  /** May read the flags, fault or leave the block. */
  static final byte LOOKS = 0;

  /** Neither reads nor writes flags and cannot fault. */
  static final byte NEUTRAL = 1;

  /** Sets all status flags without reading any, and cannot fault before that. */
  static final byte SETS = 2;

  /** Sets all status flags but CF, and cannot fault. */
  static final byte STEPS = 3;

  private FlagUse() {}

  /** What an instruction does to the flags. */
  static byte of(Insn insn) {
    if (insn.mnemonic == Mnemonic.LEA) {
      return NEUTRAL;
    }
    for (int i = 0; i < insn.operandCount; i++) {
      if (insn.kind[i] != OperandKind.IMM && !Operands.isRegister(insn, i)) {
        return LOOKS;
      }
    }
    switch (insn.mnemonic) {
      case MOV:
      case MOVZX:
      case MOVSX:
      case MOVSXD:
      case BSWAP:
      case CBW:
      case CWD:
        return NEUTRAL;
      case ADD:
      case OR:
      case AND:
      case SUB:
      case XOR:
      case CMP:
      case TEST:
      case NEG:
        return SETS;
      case IMUL:
        return insn.operandCount > 1 ? SETS : LOOKS;
      case INC:
      case DEC:
        return STEPS;
      case SHL:
      case SHR:
      case SAR:
        boolean always = insn.kind[1] == OperandKind.IMM;
        return always && Shifts.mask((int) insn.immediate, insn.size[0]) != 0 ? SETS : LOOKS;
      default:
        return LOOKS;
    }
  }

  /** Replaces ops whose flags nobody sees by cheaper ones. */
  static void prune(Op[] ops, byte[] uses, int used) {
    boolean live = true;
    for (int i = used - 1; i >= 0; i--) {
      byte use = uses[i];
      if (!live && (use == SETS || use == STEPS)) {
        ops[i] = ((OperandOp) ops[i]).withoutFlags();
      }
      if (use == LOOKS) {
        live = true;
      } else if (use == SETS) {
        live = false;
      }
    }
  }
}
