package dev.zendo.hypervisor.engine.x86;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the lines of one opcode map; after {@link #parse} its fields describe a row. See {@link
 * InsnTable} for the notation.
 */
final class TableParser {
  // Attributes, bits of attributes.
  static final int LOCK = 1;
  static final int REP = 1 << 1;
  static final int PRIV = 1 << 2;
  static final int IO = 1 << 3;
  static final int UMIP = 1 << 4;
  static final int END = 1 << 5;
  static final int BIT = 1 << 6;
  static final int D64 = 1 << 7;
  static final int F64 = 1 << 8;
  static final int INT = 1 << 9;
  static final int FPU = 1 << 10;
  private static final int UNALIGNED = 1 << 11;
  private static final int PAIR = 1 << 12;

  // What a row can demand of an instruction; bits of the key that the decoder forms.
  static final int KEY_RM = 7;
  static final int KEY_REG_SHIFT = 3;
  static final int KEY_REG = 7 << KEY_REG_SHIFT;
  static final int KEY_REGISTER_FORM = 1 << 6;
  static final int KEY_66 = 1 << 7;
  static final int KEY_F3 = 1 << 8;
  static final int KEY_F2 = 1 << 9;
  static final int KEY_LONG = 1 << 10;
  static final int KEY_REX_W = 1 << 11;
  static final int KEY_REX_B = 1 << 12;

  /** One operand of a row. Sizes are bytes, or a negative {@code SIZE_} code. */
  static final class Operand {
    static final int SIZE_V = -1;
    static final int SIZE_Z = -2;
    static final int SIZE_Y = -3;
    static final int SIZE_NATIVE = -4;
    static final int SIZE_FAR = -5;
    static final int SIZE_PAIR = -6;
    static final int SIZE_TABLE = -7;
    static final int SIZE_ADDRESS = -8;
    static final int SIZE_FPU_ENVIRONMENT = -9;
    static final int SIZE_FPU_STATE = -10;

    final String text;
    final OperandForm form;
    final int access;
    final int registerSize;
    final int memorySize;
    final int register;

    Operand(String text, OperandForm form, int access, int regSize, int memSize, int register) {
      this.text = text;
      this.form = form;
      this.access = access;
      this.registerSize = regSize;
      this.memorySize = memSize;
      this.register = register;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  final int map;
  Mnemonic mnemonic;
  Feature feature;
  int opcode;
  int opcodes;
  int keyMask;
  int keyValue;
  int stackSlots;
  int implicitReads;
  int implicitWrites;
  final List<Operand> operands = new ArrayList<>();

  private final String text;
  private int at;
  private int attributes;
  private int demandedAlignment;
  private boolean digits;
  private boolean secondOfPair;

  TableParser(String text, int map) {
    this.text = text;
    this.map = map;
  }

  boolean has(int attribute) {
    return (attributes & attribute) != 0;
  }

  /** Alignment demanded of the memory operand. */
  int alignment() {
    if (demandedAlignment != 0) {
      return demandedAlignment;
    }
    boolean vector = feature.usesFpu() && !has(UNALIGNED);
    for (Operand operand : operands) {
      boolean mayBeMemory = operand.form == OperandForm.W || operand.form == OperandForm.M;
      if (vector && mayBeMemory && operand.memorySize == 16) {
        return 16;
      }
    }
    return 1;
  }

  boolean hasModrm() {
    boolean modrm = digits || (keyMask & KEY_REGISTER_FORM) != 0;
    for (Operand operand : operands) {
      modrm |= operand.form.usesModrm();
    }
    return modrm;
  }

  /** MOV to and from control and debug registers takes any ModRM.mod as a register. */
  boolean alwaysRegister() {
    boolean register = false;
    for (Operand operand : operands) {
      register |= operand.form == OperandForm.R;
    }
    return register && (keyMask & KEY_REGISTER_FORM) == 0;
  }

  /** Whether the line stands for two rows: {@link #parse} it once more for the second. */
  boolean isPair() {
    return has(PAIR);
  }

  /** Reads the row in the line that begins at {@code start}. */
  void parse(int start, boolean second) {
    at = start;
    secondOfPair = second;
    clear();
    parseOpcode(word());
    mnemonic = Mnemonic.named(word());
    parseOperands(word());
    while (text.charAt(at - 1) != '\n') {
      parseAttribute(word());
    }
    finish();
  }

  /** The opcode at the beginning of a line. */
  static int hexByte(String text, int at) {
    return Character.digit(text.charAt(at), 16) << 4 | Character.digit(text.charAt(at + 1), 16);
  }

  /** Number of opcodes that the line beginning at {@code at} stands for. */
  static int opcodes(String text, int at) {
    if (text.charAt(at + 2) != '+') {
      return 1;
    }
    return text.charAt(at + 3) == '8' ? 8 : 16;
  }

  private void clear() {
    feature = Feature.BASE;
    keyMask = 0;
    keyValue = 0;
    stackSlots = 0;
    implicitReads = 0;
    implicitWrites = 0;
    attributes = 0;
    demandedAlignment = 0;
    digits = false;
    operands.clear();
  }

  private void finish() {
    if (map == 0 && (opcode & 0xf8) == 0xd8) {
      feature = Feature.X87;
    }
    if (has(PAIR)) {
      demand(KEY_66 | KEY_F2 | KEY_F3, secondOfPair ? KEY_66 : 0);
      if (feature == Feature.BASE) {
        feature = Feature.MMX;
      }
      if (secondOfPair && feature != Feature.SSSE3) {
        feature = Feature.SSE2;
      }
    }
    for (Operand operand : operands) {
      if (operand.form == OperandForm.M) {
        demand(KEY_REGISTER_FORM, 0);
      } else if (operand.form == OperandForm.U || operand.form == OperandForm.N) {
        demand(KEY_REGISTER_FORM, KEY_REGISTER_FORM);
      }
    }
  }

  private String word() {
    int start = at;
    while (text.charAt(at) > ' ') {
      at++;
    }
    return text.substring(start, at++);
  }

  private void demand(int mask, int value) {
    keyMask |= mask;
    keyValue = keyValue & ~mask | value;
  }

  private void parseOpcode(String word) {
    opcode = hexByte(word, 0);
    opcodes = word.length() == 2 ? 1 : opcodes(word, 0);
    for (int i = 2; i < word.length() && opcodes == 1; ) {
      char c = word.charAt(i);
      switch (c) {
        case '/' -> {
          demand(KEY_REG, digit(word, i) << KEY_REG_SHIFT);
          digits = true;
        }
        case '.' -> demand(KEY_RM, digit(word, i));
        case ':' -> demand(KEY_REGISTER_FORM, word.charAt(i + 1) == 'r' ? KEY_REGISTER_FORM : 0);
        default -> throw bad(word);
      }
      i += 2;
    }
  }

  private static int digit(String word, int i) {
    return word.charAt(i + 1) - '0';
  }

  private void parseOperands(String word) {
    int start = 0;
    while (start < word.length() && word.charAt(0) != '-') {
      int comma = word.indexOf(',', start);
      int end = comma < 0 ? word.length() : comma;
      operands.add(parseOperand(word.substring(start, end)));
      start = end + 1;
    }
  }

  private Operand parseOperand(String word) {
    int access =
        switch (word.charAt(0)) {
          case '=' -> InsnTable.Row.WRITE;
          case '+' -> InsnTable.Row.READ | InsnTable.Row.WRITE;
          default -> InsnTable.Row.READ;
        };
    String name = access == InsnTable.Row.READ ? word : word.substring(1);
    return switch (name) {
      case "AL" -> fixed(word, access, 1, 0);
      case "AX" -> fixed(word, access, 2, 0);
      case "rAX" -> fixed(word, access, Operand.SIZE_V, 0);
      case "zAX" -> fixed(word, access, Operand.SIZE_Z, 0);
      case "CL" -> fixed(word, access, 1, 1);
      case "DX" -> fixed(word, access, 2, 2);
      case "ES" -> segment(word, access, 0);
      case "CS" -> segment(word, access, 1);
      case "SS" -> segment(word, access, 2);
      case "DS" -> segment(word, access, 3);
      case "FS" -> segment(word, access, 4);
      case "GS" -> segment(word, access, 5);
      case "1" -> new Operand(word, OperandForm.ONE, access, 1, 1, 0);
      case "XMM0" -> new Operand(word, OperandForm.XMM0, access, 16, 16, 0);
      case "ST" -> new Operand(word, OperandForm.ST, access, 10, 10, 0);
      case "STi" -> new Operand(word, OperandForm.STI, access, 10, 10, 0);
      case "PV" -> paired(word, access, OperandForm.P, OperandForm.V, 8);
      case "QW" -> paired(word, access, OperandForm.Q, OperandForm.W, 8);
      case "QWd" -> paired(word, access, OperandForm.Q, OperandForm.W, 4);
      case "NU" -> paired(word, access, OperandForm.N, OperandForm.U, 8);
      default -> general(word, access, name);
    };
  }

  private static Operand fixed(String word, int access, int size, int register) {
    return new Operand(word, OperandForm.FIXED, access, size, size, register);
  }

  private static Operand segment(String word, int access, int register) {
    return new Operand(word, OperandForm.FIXED_SREG, access, 2, 2, register);
  }

  private Operand paired(String word, int access, OperandForm mmx, OperandForm xmm, int mmxMemory) {
    return secondOfPair
        ? new Operand(word, xmm, access, 16, 16, 0)
        : new Operand(word, mmx, access, 8, mmxMemory, 0);
  }

  private static Operand general(String word, int access, String name) {
    OperandForm form =
        switch (name.charAt(0)) {
          case 'E' -> OperandForm.E;
          case 'G' -> OperandForm.G;
          case 'M' -> OperandForm.M;
          case 'R' -> OperandForm.R;
          case 'I' -> OperandForm.I;
          case 'K' -> OperandForm.K;
          case 'L' -> OperandForm.L;
          case 'J' -> OperandForm.J;
          case 'O' -> OperandForm.O;
          case 'X' -> OperandForm.X;
          case 'Y' -> OperandForm.Y;
          case 'S' -> OperandForm.S;
          case 'C' -> OperandForm.C;
          case 'D' -> OperandForm.D;
          case 'V' -> OperandForm.V;
          case 'W' -> OperandForm.W;
          case 'U' -> OperandForm.U;
          case 'P' -> OperandForm.P;
          case 'Q' -> OperandForm.Q;
          case 'N' -> OperandForm.N;
          case 'Z' -> OperandForm.Z;
          case 'A' -> OperandForm.A;
          default -> throw bad(word);
        };
    if (form == OperandForm.M && name.length() == 3) {
      int size =
          switch (name) {
            case "Mfx" -> 512;
            case "Mev" -> Operand.SIZE_FPU_ENVIRONMENT;
            case "Mfs" -> Operand.SIZE_FPU_STATE;
            default -> throw bad(word);
          };
      return new Operand(word, form, access, 0, size, 0);
    }
    int register = name.length() < 2 ? 0 : size(name.charAt(1));
    int memory = name.length() < 3 ? register : size(name.charAt(2));
    return new Operand(word, form, access, register, memory, 0);
  }

  private static int size(char letter) {
    return switch (letter) {
      case 'b' -> 1;
      case 'w' -> 2;
      case 'd' -> 4;
      case 'q' -> 8;
      case 'x' -> 16;
      case 't' -> 10;
      case 'v' -> Operand.SIZE_V;
      case 'z' -> Operand.SIZE_Z;
      case 'y' -> Operand.SIZE_Y;
      case 'n' -> Operand.SIZE_NATIVE;
      case 'p' -> Operand.SIZE_FAR;
      case 'a' -> Operand.SIZE_PAIR;
      case 's' -> Operand.SIZE_TABLE;
      case 'r' -> Operand.SIZE_ADDRESS;
      default -> throw bad(String.valueOf(letter));
    };
  }

  private void parseAttribute(String word) {
    switch (word) {
      case "np" -> demand(KEY_66 | KEY_F2 | KEY_F3, 0);
      case "nr" -> demand(KEY_F2 | KEY_F3, 0);
      case "66" -> demand(KEY_66 | KEY_F2 | KEY_F3, KEY_66);
      case "F3" -> demand(KEY_F3, KEY_F3);
      case "F2" -> demand(KEY_F2, KEY_F2);
      case "pp" -> attributes |= PAIR;
      case "w0" -> demand(KEY_REX_W, 0);
      case "w1" -> demand(KEY_REX_W, KEY_REX_W);
      case "b0" -> demand(KEY_REX_B, 0);
      case "i64" -> demand(KEY_LONG, 0);
      case "o64" -> demand(KEY_LONG, KEY_LONG);
      case "d64" -> attributes |= D64;
      case "f64" -> attributes |= F64;
      case "lock" -> attributes |= LOCK;
      case "rep" -> attributes |= REP;
      case "priv" -> attributes |= PRIV;
      case "io" -> attributes |= IO;
      case "umip" -> attributes |= UMIP;
      case "end" -> attributes |= END;
      case "bit" -> attributes |= BIT;
      case "ua" -> attributes |= UNALIGNED;
      case "int" -> attributes |= INT;
      case "fpu" -> attributes |= FPU;
      case "a16" -> demandedAlignment = 16;
      case "a64" -> demandedAlignment = 64;
      default -> parseValue(word);
    }
  }

  private void parseValue(String word) {
    if (word.startsWith("ir=")) {
      implicitReads = registers(word);
    } else if (word.startsWith("iw=")) {
      implicitWrites = registers(word);
    } else if (word.startsWith("push")) {
      stackSlots = word.length() == 4 ? 1 : digit(word, 3);
    } else if (word.startsWith("pop")) {
      stackSlots = word.length() == 3 ? -1 : -digit(word, 2);
    } else {
      feature = Feature.valueOf(word);
    }
  }

  private static int registers(String word) {
    int mask = 0;
    for (int i = 3; i < word.length(); i += 3) {
      mask |=
          switch (word.substring(i, i + 2)) {
            case "ax" -> 1;
            case "cx" -> 1 << 1;
            case "dx" -> 1 << 2;
            case "bx" -> 1 << 3;
            case "bp" -> 1 << 5;
            case "di" -> 1 << 7;
            default -> throw bad(word);
          };
    }
    return mask;
  }

  private static IllegalArgumentException bad(String word) {
    return new IllegalArgumentException("instruction table: " + word);
  }
}
