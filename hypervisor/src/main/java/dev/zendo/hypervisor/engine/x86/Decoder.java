package dev.zendo.hypervisor.engine.x86;

import dev.zendo.hypervisor.engine.x86.InsnTable.Row;
import dev.zendo.hypervisor.engine.x86.TableParser.Operand;

/**
 * Decodes machine code by {@link InsnTable}, with the prefix rules of Intel processors (near
 * branches ignore 66 in 64-bit mode). Stateless and thread-safe; all state is in the {@link Insn}.
 */
public final class Decoder {
  /** More bytes are needed than were available. */
  public static final int NEED_MORE = 0;

  /** The bytes are no instruction: #UD. */
  public static final int INVALID = -1;

  /** The instruction would be longer than 15 bytes: #GP(0). */
  public static final int TOO_LONG = -2;

  private static final int MAX_LENGTH = 15;
  private static final int REX_W = 8;
  private static final int REX_R = 4;
  private static final int REX_X = 2;
  private static final int REX_B = 1;

  private Decoder() {}

  /**
   * Decodes one instruction.
   *
   * @param code machine code
   * @param offset index of the first byte
   * @param available number of bytes that may be looked at, from {@code offset}
   * @param longMode 64-bit mode; otherwise compatibility mode with 32-bit defaults
   * @param out filled when the result is positive, undefined otherwise
   * @return the length, or {@link #NEED_MORE}, {@link #INVALID} or {@link #TOO_LONG}
   */
  public static int decode(byte[] code, int offset, int available, boolean longMode, Insn out) {
    return decode(code, offset, available, longMode, false, out);
  }

  /**
   * Decodes one instruction.
   *
   * @param shortDefaults in compatibility mode, 16-bit defaults
   * @see #decode(byte[], int, int, boolean, Insn)
   */
  public static int decode(
      byte[] code, int offset, int available, boolean longMode, boolean shortDefaults, Insn out) {
    out.shortDefaults = shortDefaults;
    out.code = code;
    out.at = offset;
    out.limit = offset + Math.min(available, MAX_LENGTH);
    out.longMode = longMode;
    boolean valid = decode(out);
    out.code = null;
    int length = out.at - offset;
    if (out.at > out.limit) {
      return available >= MAX_LENGTH || length > MAX_LENGTH ? TOO_LONG : NEED_MORE;
    }
    out.length = length;
    return valid ? length : INVALID;
  }

  private static boolean decode(Insn out) {
    int opcode = prefixes(out);
    if (opcode < 0) {
      return false;
    }
    Row[] rows;
    if (opcode != 0x0f) {
      rows = InsnTable.oneByte(opcode);
    } else {
      opcode = next(out);
      if (opcode == 0x38) {
        opcode = next(out);
        rows = InsnTable.map0f38(opcode);
      } else if (opcode == 0x3a) {
        opcode = next(out);
        rows = InsnTable.map0f3a(opcode);
      } else {
        rows = InsnTable.twoByte(opcode);
      }
    }
    if (rows.length == 0 || out.at > out.limit) {
      return false;
    }
    out.opcode = opcode;
    out.condition = opcode & 15;
    out.modrm = rows[0].hasModrm ? next(out) : -1;
    Row row = match(rows, key(out));
    if (row == null) {
      return false;
    }
    out.row = row;
    out.mnemonic = row.mnemonic;
    sizes(out, row);
    return operands(out, row) && lockIsLegal(out, row);
  }

  /** Reads prefixes and the first opcode byte; negative when bytes run out. */
  private static int prefixes(Insn out) {
    out.lock = false;
    out.repeatPrefix = 0;
    out.segment = -1;
    out.operandSizePrefix = false;
    out.addressSizePrefix = false;
    out.rex = 0;
    while (out.at < out.limit) {
      int b = out.code[out.at++] & 0xff;
      switch (b) {
        case 0x26, 0x2e, 0x36, 0x3e -> {
          if (!out.longMode) {
            out.segment = b >>> 3 & 3;
          }
        }
        case 0x64, 0x65 -> out.segment = b - 0x60;
        case 0x66 -> out.operandSizePrefix = true;
        case 0x67 -> out.addressSizePrefix = true;
        case 0xf0 -> out.lock = true;
        case 0xf2, 0xf3 -> out.repeatPrefix = b;
        default -> {
          if (!out.longMode || (b & 0xf0) != 0x40) {
            return b;
          }
          out.rex = b;
          continue;
        }
      }
      out.rex = 0;
    }
    out.at = out.limit + 1;
    return -1;
  }

  private static int key(Insn out) {
    int modrm = Math.max(out.modrm, 0);
    int key = modrm & (TableParser.KEY_RM | TableParser.KEY_REG);
    if (modrm >= 0xc0) {
      key |= TableParser.KEY_REGISTER_FORM;
    }
    if (out.operandSizePrefix) {
      key |= TableParser.KEY_66;
    }
    if (out.repeatPrefix != 0) {
      key |= out.repeatPrefix == 0xf3 ? TableParser.KEY_F3 : TableParser.KEY_F2;
    }
    if (out.longMode) {
      key |= TableParser.KEY_LONG;
    }
    if ((out.rex & REX_W) != 0) {
      key |= TableParser.KEY_REX_W;
    }
    if ((out.rex & REX_B) != 0) {
      key |= TableParser.KEY_REX_B;
    }
    return key;
  }

  private static Row match(Row[] rows, int key) {
    for (Row row : rows) {
      if ((key & row.keyMask) == row.keyValue) {
        return row;
      }
    }
    return null;
  }

  private static void sizes(Insn out, Row row) {
    if (!out.longMode) {
      out.operandSize = out.operandSizePrefix != out.shortDefaults ? 2 : 4;
      out.addressSize = out.addressSizePrefix != out.shortDefaults ? 2 : 4;
    } else {
      out.addressSize = out.addressSizePrefix ? 4 : 8;
      if ((out.rex & REX_W) != 0 || row.forced64) {
        out.operandSize = 8;
      } else if (out.operandSizePrefix) {
        out.operandSize = 2;
      } else {
        out.operandSize = row.default64 ? 8 : 4;
      }
    }
    out.repeat = row.repeatable ? out.repeatPrefix : 0;
  }

  private static boolean lockIsLegal(Insn out, Row row) {
    return !out.lock || row.lockable && memoryIsWritten(out, row);
  }

  private static boolean memoryIsWritten(Insn out, Row row) {
    int i = out.memoryOperand();
    return i >= 0 && (row.access(i) & Row.WRITE) != 0;
  }

  private static boolean operands(Insn out, Row row) {
    out.base = Insn.NO_REGISTER;
    out.index = Insn.NO_REGISTER;
    out.scale = 0;
    out.displacement = 0;
    out.immediate = 0;
    out.immediate2 = 0;
    out.operandCount = row.operandCount;
    boolean memory = out.modrm >= 0 && out.modrm < 0xc0 && row.operandCount > 0;
    if (memory && !row.alwaysRegister) {
      memory(out);
    }
    for (int i = row.operandCount; i < Insn.MAX_OPERANDS; i++) {
      out.kind[i] = OperandKind.NONE;
    }
    for (int i = 0; i < row.operandCount; i++) {
      if (!operand(out, i, row.operand(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean operand(Insn out, int i, Operand operand) {
    int size = size(out, operand.registerSize);
    int reg = Math.max(out.modrm, 0) >>> 3 & 7;
    int rm = Math.max(out.modrm, 0) & 7;
    switch (operand.form) {
      case E -> generalOrMemory(out, i, operand, rm);
      case M -> set(out, i, OperandKind.MEM, 0, size(out, operand.memorySize));
      case G -> general(out, i, reg, REX_R, size);
      case R -> general(out, i, rm, REX_B, size);
      case Z -> general(out, i, out.opcode & 7, REX_B, size);
      case V -> set(out, i, OperandKind.XMM, reg | high(out, REX_R), size);
      case U -> set(out, i, OperandKind.XMM, rm | high(out, REX_B), size);
      case W -> orMemory(out, i, operand, OperandKind.XMM, rm | high(out, REX_B), size);
      case P -> set(out, i, OperandKind.MMX, reg, size);
      case N -> set(out, i, OperandKind.MMX, rm, size);
      case Q -> orMemory(out, i, operand, OperandKind.MMX, rm, size);
      case X -> set(out, i, OperandKind.STRING_SOURCE, 6, size);
      case Y -> set(out, i, OperandKind.STRING_DESTINATION, 7, size);
      case FIXED -> set(out, i, OperandKind.GPR, operand.register, size);
      case FIXED_SREG -> set(out, i, OperandKind.SREG, operand.register, size);
      case XMM0 -> set(out, i, OperandKind.XMM, 0, size);
      case ST -> set(out, i, OperandKind.ST, 0, size);
      case STI -> set(out, i, OperandKind.ST, rm, size);
      case ONE -> {
        out.immediate = 1;
        set(out, i, OperandKind.IMM, 0, size);
      }
      case I, K, L, J, O, A -> immediate(out, i, operand, size);
      case S -> {
        set(out, i, OperandKind.SREG, reg, size);
        return reg <= 5 && !(reg == 1 && (operand.access & Row.WRITE) != 0);
      }
      case C -> {
        int cr = reg | high(out, REX_R);
        set(out, i, OperandKind.CR, cr, size);
        return cr == 0 || cr == 8 || cr >= 2 && cr <= 4;
      }
      case D -> {
        set(out, i, OperandKind.DR, reg, size);
        return high(out, REX_R) == 0;
      }
    }
    return true;
  }

  private static void immediate(Insn out, int i, Operand operand, int size) {
    switch (operand.form) {
      case I -> {
        out.immediate = signed(out, size);
        set(out, i, OperandKind.IMM, 0, size);
      }
      case K -> {
        out.immediate = unsigned(out, size);
        set(out, i, OperandKind.IMM, 0, size);
      }
      case L -> {
        out.immediate2 = unsigned(out, size);
        set(out, i, OperandKind.IMM, 0, size);
      }
      case J -> {
        out.immediate = signed(out, size);
        set(out, i, OperandKind.REL, 0, size);
      }
      case O -> {
        out.displacement = unsigned(out, out.addressSize);
        set(out, i, OperandKind.MEM, 0, size);
      }
      default -> {
        out.immediate = unsigned(out, out.operandSize);
        out.immediate2 = unsigned(out, 2);
        set(out, i, OperandKind.FAR, 0, size);
      }
    }
  }

  private static void set(Insn out, int i, OperandKind kind, int register, int size) {
    out.kind[i] = kind;
    out.register[i] = register;
    out.size[i] = size;
  }

  private static int high(Insn out, int rexBit) {
    return (out.rex & rexBit) != 0 ? 8 : 0;
  }

  private static void general(Insn out, int i, int number, int rexBit, int size) {
    if (size == 1 && out.rex == 0 && number >= 4) {
      set(out, i, OperandKind.GPR8_HIGH, number - 4, 1);
    } else {
      set(out, i, OperandKind.GPR, number | high(out, rexBit), size);
    }
  }

  private static void generalOrMemory(Insn out, int i, Operand operand, int rm) {
    if (out.modrm >= 0xc0) {
      general(out, i, rm, REX_B, size(out, operand.registerSize));
    } else {
      set(out, i, OperandKind.MEM, 0, size(out, operand.memorySize));
    }
  }

  private static void orMemory(
      Insn out, int i, Operand operand, OperandKind kind, int number, int size) {
    if (out.modrm >= 0xc0) {
      set(out, i, kind, number, size);
    } else {
      set(out, i, OperandKind.MEM, 0, size(out, operand.memorySize));
    }
  }

  private static int size(Insn out, int code) {
    if (code >= 0) {
      return code;
    }
    return switch (code) {
      case Operand.SIZE_V -> out.operandSize;
      case Operand.SIZE_Z -> Math.min(out.operandSize, 4);
      case Operand.SIZE_Y -> (out.rex & REX_W) != 0 ? 8 : 4;
      case Operand.SIZE_NATIVE -> out.longMode ? 8 : 4;
      case Operand.SIZE_FAR -> out.operandSize + 2;
      case Operand.SIZE_PAIR -> out.operandSize * 2;
      case Operand.SIZE_TABLE -> out.longMode ? 10 : 6;
      case Operand.SIZE_ADDRESS -> out.addressSize;
      case Operand.SIZE_FPU_ENVIRONMENT -> out.operandSize == 2 ? 14 : 28;
      case Operand.SIZE_FPU_STATE -> out.operandSize == 2 ? 94 : 108;
      default -> throw new IllegalStateException("size code " + code);
    };
  }

  private static void memory(Insn out) {
    if (out.addressSize == 2) {
      memory16(out);
      return;
    }
    int mod = out.modrm >>> 6;
    int rm = out.modrm & 7;
    int base = rm;
    if (rm == 4) {
      int sib = next(out);
      base = sib & 7;
      int index = sib >>> 3 & 7 | high(out, REX_X);
      if (index != 4) {
        out.index = index;
        out.scale = sib >>> 6;
      }
    }
    if (mod == 0 && base == 5) {
      out.displacement = signed(out, 4);
      if (rm == 5 && out.longMode) {
        out.base = Insn.RIP;
      }
      return;
    }
    out.base = base | high(out, REX_B);
    displacement(out, mod, 4);
  }

  private static void memory16(Insn out) {
    int mod = out.modrm >>> 6;
    int rm = out.modrm & 7;
    if (mod == 0 && rm == 6) {
      out.displacement = signed(out, 2);
      return;
    }
    // BX+SI BX+DI BP+SI BP+DI SI DI BP BX
    switch (rm) {
      case 0, 1, 7 -> out.base = 3;
      case 2, 3, 6 -> out.base = 5;
      default -> out.base = rm + 2;
    }
    if (rm < 4) {
      out.index = 6 + (rm & 1);
    }
    displacement(out, mod, 2);
  }

  private static void displacement(Insn out, int mod, int wide) {
    if (mod == 1) {
      out.displacement = signed(out, 1);
    } else if (mod == 2) {
      out.displacement = signed(out, wide);
    }
  }

  private static int next(Insn out) {
    int at = out.at++;
    return at < out.limit ? out.code[at] & 0xff : 0;
  }

  private static long unsigned(Insn out, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) next(out) << 8 * i;
    }
    return value;
  }

  private static long signed(Insn out, int bytes) {
    int shift = 64 - 8 * bytes;
    return unsigned(out, bytes) << shift >> shift;
  }
}
