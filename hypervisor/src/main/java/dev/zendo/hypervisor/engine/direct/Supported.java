package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/** Which instructions are translated; the interpreter executes the others. */
final class Supported {
  private static final int REP = 0xf3;

  private static final boolean HAS_POPCNT = HostFeatures.popcnt();

  private Supported() {}

  static boolean is(Insn insn) {
    if (insn.addressSize != 8) {
      return false;
    }
    if (isString(insn.mnemonic)) {
      boolean known = insn.mnemonic == Mnemonic.MOVS || insn.mnemonic == Mnemonic.STOS;
      return known && insn.repeat == REP && !BlockWriter.hasSegment(insn.segment);
    }
    return addressed(insn) && (SupportedVectors.is(insn) || operands(insn) && mnemonic(insn));
  }

  /** Whether the memory operand's address, if there is one, can be computed in one instruction. */
  private static boolean addressed(Insn insn) {
    boolean register = insn.base != Insn.NO_REGISTER && insn.base != Insn.RIP;
    boolean small = insn.displacement == (int) insn.displacement;
    return insn.memoryOperand() < 0 || small || !register && insn.index == Insn.NO_REGISTER;
  }

  private static boolean operands(Insn insn) {
    for (int i = 0; i < insn.operandCount; i++) {
      switch (insn.kind[i]) {
        case GPR, MEM, IMM, REL -> {}
        case GPR8_HIGH -> {
          if (!highByte(insn)) {
            return false;
          }
        }
        case SREG -> {
          if (insn.mnemonic != Mnemonic.MOV || i != 1 || insn.kind[0] != OperandKind.GPR) {
            return false;
          }
        }
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  /** High bytes cannot be had together with the registers that need a REX prefix. */
  private static boolean highByte(Insn insn) {
    return switch (insn.mnemonic) {
      case ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, TEST ->
          insn.kind[1] == OperandKind.IMM || isHighPair(insn);
      case MOV -> isHighPair(insn);
      case SETCC -> true;
      case MOVZX -> insn.size[0] >= 4;
      default -> false;
    };
  }

  /** Two byte registers, one of them a high byte. */
  static boolean isHighPair(Insn insn) {
    OperandKind a = insn.kind[0];
    OperandKind b = insn.kind[1];
    return a == OperandKind.GPR8_HIGH && (b == OperandKind.GPR || b == OperandKind.GPR8_HIGH)
        || a == OperandKind.GPR && b == OperandKind.GPR8_HIGH && insn.size[0] == 1;
  }

  private static boolean isString(Mnemonic mnemonic) {
    return switch (mnemonic) {
      case MOVS, STOS, LODS, SCAS, CMPS, INS, OUTS -> true;
      default -> false;
    };
  }

  private static boolean inHost(Insn insn, int operand) {
    return insn.kind[operand] == OperandKind.GPR && Registers.host(insn.register[operand]) >= 0;
  }

  private static boolean mnemonic(Insn insn) {
    boolean memoryFirst = insn.kind[0] == OperandKind.MEM;
    return switch (insn.mnemonic) {
      case ADD, OR, ADC, SBB, AND, SUB, XOR, INC, DEC, NEG, NOT -> true;
      case CMP, TEST, MOV, MOVZX, MOVSX, LEA, CMOVCC, SETCC, NOP -> !insn.lock;
      case SHL, SHR, SAR, ROL, ROR, RCL, RCR, CLC, STC, CMC -> !insn.lock;
      case MFENCE, LFENCE, SFENCE -> true;
      case CMPXCHG -> memoryFirst;
      case CMPXCHG8B, CMPXCHG16B -> true;
      case PUSHF -> insn.operandSize == 8;
      case XADD -> memoryFirst;
      case XCHG -> insn.memoryOperand() >= 0 || inHost(insn, 0) && inHost(insn, 1);
      case BT, BTS, BTR, BTC -> true;
      case BSF, BSR, TZCNT, LZCNT -> insn.size[0] >= 4;
      case MUL -> insn.size[0] >= 4;
      case DIV, IDIV -> insn.size[0] >= 4;
      case LEAVE -> insn.operandSize == 8;
      case SHLD, SHRD -> !memoryFirst && insn.size[0] >= 4;
      case MOVSXD -> insn.size[0] >= 4;
      case IMUL -> insn.operandCount > 1 || insn.size[0] >= 4;
      case BSWAP -> insn.size[0] >= 4;
      case CBW, CWD, JCC -> true;
      case PUSH, POP -> insn.operandSize == 8 && !memoryFirst;
      case JMP, CALL, RET -> insn.operandSize == 8;
      case POPCNT -> HAS_POPCNT && insn.size[0] >= 4;
      case ENDBR64, ENDBR32, PAUSE, PREFETCHT0, PREFETCHT1, PREFETCHT2, PREFETCHNTA -> true;
      case SYSCALL, CPUID, UD2, RDTSC, RDTSCP -> true;
      default -> false;
    };
  }
}
