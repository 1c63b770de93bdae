package dev.zendo.hypervisor.engine.x86;

import java.util.Locale;

/** Names of instructions in AT&amp;T syntax: size suffixes and the exceptions to every rule. */
final class InsnNames {
  private static final String[] CONDITIONS = {
    "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"
  };
  private static final String[] PREDICATES = {
    "eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord"
  };

  private InsnNames() {}

  /** The name with its suffix. */
  static String name(Insn insn) {
    String plain = insn.mnemonic.name().toLowerCase(Locale.ROOT);
    return switch (insn.mnemonic) {
      case JCC -> "j" + CONDITIONS[insn.condition];
      case SETCC -> "set" + CONDITIONS[insn.condition];
      case CMOVCC -> "cmov" + CONDITIONS[insn.condition];
      case CBW -> bySize(insn.operandSize, "cbtw", "cwtl", "cltq");
      case CWD -> bySize(insn.operandSize, "cwtd", "cltd", "cqto");
      case JCXZ -> bySize(insn.addressSize, "jcxz", "jecxz", "jrcxz");
      case MOVZX, MOVSX -> plain.substring(0, 4) + suffix(insn.size[1]) + suffix(insn.operandSize);
      case MOVSXD -> insn.operandSize == 8 ? "movslq" : "movsxd";
      case MOVS, CMPS, INS, OUTS -> plain + suffix(stringSize(insn));
      case MOV -> mov(insn);
      case CALLF -> "l" + farSuffix(insn, "call");
      case JMPF -> "l" + farSuffix(insn, "jmp");
      case RETF -> "l" + farSuffix(insn, "ret");
      case IRET -> farSuffix(insn, "iret");
      case SYSRET, SYSEXIT -> insn.longMode ? plain + suffix(Math.max(insn.operandSize, 4)) : plain;
      case NOP -> nop(insn);
      case SGDT, SIDT, LGDT, LIDT -> insn.longMode ? plain : plain + suffix(insn.operandSize);
      case LOOP, LOOPE, LOOPNE ->
          insn.addressSize == (insn.longMode ? 4 : 2) ? plain + suffix(insn.addressSize) : plain;
      case PUSHF, POPF, ENTER, LEAVE, RET, CALL, JMP, PUSH, POP -> stack(insn, plain);
      case PUSHA, POPA -> insn.operandSize == 2 ? plain + "w" : plain;
      case FXSAVE, FXRSTOR, XSAVE, XRSTOR, XSAVEOPT, XSAVEC, XSAVES, XRSTORS ->
          (insn.rex & 8) != 0 ? plain + "64" : plain;
      case MOVD -> wide(insn) ? "movq" : "movd";
      case PEXTRD -> wide(insn) ? "pextrq" : plain;
      case PINSRD -> wide(insn) ? "pinsrq" : plain;
      case CMPPS, CMPPD, CMPSS, CMPSD -> compare(insn, plain);
      case CVTSI2SS, CVTSI2SD, PTWRITE ->
          insn.longMode && insn.memoryOperand() >= 0 ? plain + suffix(wide(insn) ? 8 : 4) : plain;
      case CRC32 -> insn.memoryOperand() >= 0 ? plain + suffix(insn.size[1]) : plain;
      case PCLMULQDQ -> carrylessMultiply(insn);
      case PCMPESTRM, PCMPESTRI -> wide(insn) ? plain + "q" : plain;
      case ICEBP -> "int1";
      case WRSS, WRUSS, RDSSP, INCSSP -> plain + (wide(insn) ? "q" : "d");
      case UD1, UD0 -> plain;
      default -> general(insn, plain);
    };
  }

  private static String nop(Insn insn) {
    boolean exchange = insn.operandCount == 0 && insn.operandSize == 2;
    return exchange ? "xchg %ax,%ax" : general(insn, "nop");
  }

  private static boolean wide(Insn insn) {
    return (insn.rex & 8) != 0;
  }

  private static String mov(Insn insn) {
    boolean wideImmediate =
        insn.kind[1] == OperandKind.IMM
            && insn.row.operand(1).form == OperandForm.I
            && insn.size[1] == 8;
    boolean absolute = (insn.opcode & 0xfc) == 0xa0 && insn.row.map == 0 && insn.addressSize == 8;
    return wideImmediate || absolute ? "movabs" : general(insn, "mov");
  }

  private static String bySize(int size, String two, String four, String eight) {
    return size == 2 ? two : size == 4 ? four : eight;
  }

  private static String suffix(int size) {
    return switch (size) {
      case 1 -> "b";
      case 2 -> "w";
      case 4 -> "l";
      default -> "q";
    };
  }

  private static int stringSize(Insn insn) {
    boolean string =
        insn.kind[0] == OperandKind.STRING_SOURCE || insn.kind[0] == OperandKind.STRING_DESTINATION;
    return insn.size[string ? 0 : 1];
  }

  private static String farSuffix(Insn insn, String name) {
    return switch (insn.operandSize) {
      case 2 -> name + "w";
      case 8 -> name + "q";
      default -> name;
    };
  }

  private static String stack(Insn insn, String name) {
    boolean sized = insn.operandCount > 0 && insn.kind[0] == OperandKind.GPR;
    if (insn.memoryOperand() >= 0 && !indirectBranch(insn)) {
      return insn.operandSize == 2 ? name + "w" : name;
    }
    boolean plain = sized || insn.kind[0] == OperandKind.REL && insn.size[0] == 1;
    return insn.operandSize == 2 && !plain ? name + "w" : name;
  }

  private static String compare(Insn insn, String name) {
    return insn.immediate < 8 ? "cmp" + PREDICATES[(int) insn.immediate] + name.substring(3) : name;
  }

  private static String carrylessMultiply(Insn insn) {
    return switch ((int) insn.immediate) {
      case 0x00 -> "pclmullqlqdq";
      case 0x01 -> "pclmulhqlqdq";
      case 0x10 -> "pclmullqhqdq";
      case 0x11 -> "pclmulhqhqdq";
      default -> "pclmulqdq";
    };
  }

  private static String general(Insn insn, String plain) {
    if (insn.row.feature == Feature.X87) {
      return x87(insn, plain);
    }
    int memory = insn.memoryOperand();
    if (memory < 0 || insn.row.usesFpu || insn.row.feature != Feature.BASE && !hasSuffix(insn)) {
      return plain;
    }
    for (int i = 0; i < insn.operandCount; i++) {
      boolean shiftCount = insn.row.operand(i).form == OperandForm.FIXED && i > 0 && shift(insn);
      boolean register =
          insn.kind[i] == OperandKind.GPR
              || insn.kind[i] == OperandKind.GPR8_HIGH
              || insn.kind[i] == OperandKind.SREG;
      if (register && !shiftCount) {
        return plain;
      }
    }
    return unsized(insn) ? plain : plain + suffix(insn.size[memory]);
  }

  private static boolean hasSuffix(Insn insn) {
    return insn.row.feature == Feature.POPCNT
        || insn.row.feature == Feature.BMI1
        || insn.row.feature == Feature.LZCNT
        || insn.row.feature == Feature.ADX;
  }

  private static boolean shift(Insn insn) {
    return switch (insn.mnemonic) {
      case ROL, ROR, RCL, RCR, SHL, SHR, SAR -> true;
      default -> false;
    };
  }

  private static boolean unsized(Insn insn) {
    return switch (insn.mnemonic) {
      case SLDT,
          STR,
          SMSW,
          LLDT,
          LTR,
          LMSW,
          VERR,
          VERW,
          SGDT,
          SIDT,
          LGDT,
          LIDT,
          INVLPG,
          SETCC,
          CMPXCHG8B,
          CMPXCHG16B,
          PREFETCH,
          PREFETCHW,
          PREFETCHWT1,
          PREFETCHNTA,
          PREFETCHT0,
          PREFETCHT1,
          PREFETCHT2,
          CLDEMOTE,
          CLFLUSH ->
          true;
      default -> false;
    };
  }

  private static String x87(Insn insn, String plain) {
    int memory = insn.memoryOperand();
    if (memory < 0) {
      return insn.operandCount == 2 && insn.row.operand(0).form == OperandForm.STI
          ? reversed(plain)
          : plain;
    }
    boolean integer = plain.startsWith("fi");
    return switch (insn.size[memory]) {
      case 2 -> integer ? plain + "s" : plain;
      case 4 -> integer ? plain + "l" : plain + "s";
      case 8 -> integer ? plain + "ll" : plain + "l";
      case 10 -> plain.startsWith("fb") ? plain : plain + "t";
      case 14, 94 -> plain + "s";
      default -> plain;
    };
  }

  /** AT&amp;T assemblers exchanged these names for the forms that store to ST(i), long ago. */
  private static String reversed(String name) {
    return switch (name) {
      case "fsub" -> "fsubr";
      case "fsubr" -> "fsub";
      case "fdiv" -> "fdivr";
      case "fdivr" -> "fdiv";
      case "fsubp" -> "fsubrp";
      case "fsubrp" -> "fsubp";
      case "fdivp" -> "fdivrp";
      case "fdivrp" -> "fdivp";
      default -> name;
    };
  }

  /** A near or far branch to an address in a register or in memory. */
  static boolean indirectBranch(Insn insn) {
    return switch (insn.mnemonic) {
      case CALL, JMP, CALLF, JMPF ->
          insn.kind[0] == OperandKind.MEM || insn.kind[0] == OperandKind.GPR;
      default -> false;
    };
  }

  /** Instructions whose operands AT&amp;T syntax leaves in Intel's order. */
  static boolean intelOrder(Insn insn) {
    return switch (insn.mnemonic) {
      case ENTER, BOUND -> true;
      default -> false;
    };
  }

  /** Bytes of a register that the text shows, which may be more than the instruction uses. */
  static int shownSize(Insn insn, int i) {
    boolean selector =
        switch (insn.mnemonic) {
          case LAR, LSL -> true;
          case MOV -> insn.kind[0] == OperandKind.SREG;
          default -> false;
        };
    return selector && i == 1 ? insn.operandSize : insn.size[i];
  }

  /** Operands that the text leaves out because the name implies them. */
  static boolean hidden(Insn insn, int i) {
    return switch (insn.mnemonic) {
      case CMPPS, CMPPD, CMPSS, CMPSD -> i == 2 && insn.immediate < 8;
      case PCLMULQDQ -> i == 2 && (insn.immediate & ~0x11) == 0;
      case ROL, ROR, RCL, RCR, SHL, SHR, SAR -> insn.row.operand(i).form == OperandForm.ONE;
      case FXCH, FCOM, FCOMP, FUCOM, FUCOMP -> i == 0 && insn.operandCount == 2;
      case FADD,
          FMUL,
          FSUB,
          FSUBR,
          FDIV,
          FDIVR,
          FIADD,
          FIMUL,
          FICOM,
          FICOMP,
          FISUB,
          FISUBR,
          FIDIV,
          FIDIVR ->
          i == 0 && insn.memoryOperand() >= 0;
      default -> false;
    };
  }

  /** Bytes of an immediate that the text shows: it is as wide as the operation. */
  static int immediateWidth(Insn insn, int i) {
    if (insn.row.operand(i).form != OperandForm.I) {
      return 8;
    }
    if (insn.mnemonic == Mnemonic.PUSH) {
      return insn.operandSize;
    }
    return insn.size[0] == 1 ? 1 : insn.operandSize;
  }
}
