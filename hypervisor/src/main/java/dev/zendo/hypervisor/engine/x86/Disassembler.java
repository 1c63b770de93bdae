package dev.zendo.hypervisor.engine.x86;

/**
 * Writes instructions in AT&amp;T syntax, as {@code objdump -d} does, for traces and crash reports.
 * Prefixes without effect are left out. One thread at a time; not for hot paths.
 */
public final class Disassembler {
  private static final String[] GPR64 = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"};
  private static final String[] GPR8 = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"};
  private static final String[] GPR8_HIGH = {"ah", "ch", "dh", "bh"};
  private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};

  private final Insn insn = new Insn();
  private final StringBuilder out = new StringBuilder();

  /**
   * Decodes and formats one instruction.
   *
   * @param address virtual address of the first byte, for branch targets
   * @return the text, {@code (bad)} when the bytes are none or not all available
   */
  public String disassemble(
      byte[] code, int offset, int available, boolean longMode, long address) {
    int length = Decoder.decode(code, offset, available, longMode, insn);
    return length > 0 ? format(insn, address) : "(bad)";
  }

  /** Formats a decoded instruction that starts at {@code address}. */
  public String format(Insn insn, long address) {
    out.setLength(0);
    if (insn.lock) {
      out.append("lock ");
    }
    if (insn.repeat != 0) {
      out.append(repeatName(insn)).append(' ');
    }
    out.append(InsnNames.name(insn));
    String separator = " ";
    if (insn.mnemonic == Mnemonic.XLAT) {
      out.append(separator);
      xlatOperand(insn);
    }
    for (int i = insn.operandCount - 1; i >= 0; i--) {
      int operand = InsnNames.intelOrder(insn) ? insn.operandCount - 1 - i : i;
      if (!InsnNames.hidden(insn, operand)) {
        out.append(separator);
        operand(insn, operand, address);
        separator = ",";
      }
    }
    return out.toString();
  }

  private static String repeatName(Insn insn) {
    boolean compares = insn.mnemonic == Mnemonic.CMPS || insn.mnemonic == Mnemonic.SCAS;
    if (insn.repeat == 0xf2) {
      return "repnz";
    }
    return compares ? "repz" : "rep";
  }

  private void operand(Insn insn, int i, long address) {
    int register = insn.register[i];
    switch (insn.kind[i]) {
      case GPR -> general(insn, i);
      case GPR8_HIGH -> register(GPR8_HIGH[register]);
      case MEM -> memory(insn);
      case STRING_SOURCE -> stringOperand(insn, insn.segment < 0 ? 3 : insn.segment, "si");
      case STRING_DESTINATION -> stringOperand(insn, 0, "di");
      case IMM -> immediate(insn, i);
      case REL -> target(insn, address);
      case XMM -> register("xmm" + register);
      case MMX -> register("mm" + register);
      case ST ->
          register(insn.row.operand(i).form == OperandForm.ST ? "st" : "st(" + register + ")");
      case SREG -> register(SEGMENTS[register]);
      case CR -> register("cr" + register);
      case DR -> register("db" + register);
      case FAR -> {
        out.append('$').append(hex(insn.immediate2));
        out.append(",$").append(hex(insn.immediate));
      }
      case NONE -> {}
    }
  }

  private void general(Insn insn, int i) {
    if (InsnNames.indirectBranch(insn)) {
      out.append('*');
    }
    boolean port = insn.row.ioSensitive && insn.row.operand(i).register == 2;
    if (port) {
      out.append("(%dx)");
    } else {
      register(registerName(insn.register[i], InsnNames.shownSize(insn, i)));
    }
  }

  private void register(String name) {
    out.append('%').append(name);
  }

  /** Name of a general register of the given size in bytes. */
  static String registerName(int register, int size) {
    if (register >= 8) {
      String suffix =
          switch (size) {
            case 1 -> "b";
            case 2 -> "w";
            case 4 -> "d";
            default -> "";
          };
      return "r" + register + suffix;
    }
    String full = GPR64[register];
    return switch (size) {
      case 1 -> GPR8[register];
      case 2 -> full.substring(1);
      case 4 -> "e" + full.substring(1);
      default -> full;
    };
  }

  private void memory(Insn insn) {
    if (InsnNames.indirectBranch(insn)) {
      out.append('*');
    }
    if (insn.segment >= 0) {
      register(SEGMENTS[insn.segment]);
      out.append(':');
    }
    boolean absolute = insn.base < 0 && insn.index < 0 && insn.addressSize > 2;
    if (absolute) {
      out.append(hex(truncate(insn.displacement, insn)));
      return;
    }
    if (insn.displacement != 0 || insn.base < 0 || insn.base == Insn.RIP) {
      long d = insn.displacement;
      out.append(d < 0 ? "-" + hex(-d) : hex(d));
    }
    if (insn.base < 0 && insn.index < 0) {
      return;
    }
    out.append('(');
    if (insn.base == Insn.RIP) {
      register(insn.addressSize == 8 ? "rip" : "eip");
    } else if (insn.base >= 0) {
      register(registerName(insn.base, insn.addressSize));
    }
    if (insn.index >= 0) {
      out.append(',');
      register(registerName(insn.index, insn.addressSize));
      if (insn.addressSize > 2) {
        out.append(',').append(1 << insn.scale);
      }
    }
    out.append(')');
  }

  private void xlatOperand(Insn insn) {
    register(SEGMENTS[insn.segment >= 0 ? insn.segment : 3]);
    out.append(":(");
    register(registerName(3, insn.addressSize));
    out.append(')');
  }

  private static long truncate(long address, Insn insn) {
    return insn.addressSize == 8 ? address : address & (1L << 8 * insn.addressSize) - 1;
  }

  private void stringOperand(Insn insn, int segment, String register) {
    register(SEGMENTS[segment]);
    out.append(":(");
    register(registerName(register.equals("si") ? 6 : 7, insn.addressSize));
    out.append(')');
  }

  private void immediate(Insn insn, int i) {
    OperandForm form = insn.row.operand(i).form;
    long value = form == OperandForm.L ? insn.immediate2 : insn.immediate;
    int width = InsnNames.immediateWidth(insn, i);
    out.append('$').append(hex(width == 8 ? value : value & (1L << 8 * width) - 1));
  }

  private void target(Insn insn, long address) {
    long target = address + insn.length + insn.immediate;
    if (insn.operandSize == 2) {
      target &= 0xffff;
    } else if (!insn.longMode) {
      target &= 0xffffffffL;
    }
    out.append(hex(target));
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
