package dev.zendo.hypervisor.engine.x86;

import java.util.SplittableRandom;

/**
 * Writes random instructions of a given table row, for tests: prefixes, REX, ModRM, SIB,
 * displacement and immediates are random as far as the row leaves them open.
 */
public final class RowEncoder {
  private static final int ATTEMPTS = 200;
  private static final int[] IDLE_SEGMENTS = {0x26, 0x2e, 0x36, 0x3e};

  /** The instruction, followed by random bytes. */
  public final byte[] code = new byte[32];

  /** Index of the displacement, or -1 when there is none. */
  public int displacementAt;

  /** Bytes of the displacement. */
  public int displacementSize;

  private final SplittableRandom random;
  private final boolean longMode;
  private final boolean shortDefaults;
  private int at;

  /** Encodes for 64-bit mode. */
  public RowEncoder(SplittableRandom random) {
    this(random, true, false);
  }

  /** Encodes for 64-bit mode, or for compatibility mode with 32-bit or 16-bit defaults. */
  public RowEncoder(SplittableRandom random, boolean longMode, boolean shortDefaults) {
    this.random = random;
    this.longMode = longMode;
    this.shortDefaults = shortDefaults;
  }

  /** Whether the row exists in compatibility mode. */
  public static boolean inCompatibilityMode(InsnTable.Row row) {
    return (row.keyMask & row.keyValue & (TableParser.KEY_LONG | TableParser.KEY_REX_W)) == 0;
  }

  /** Whether the row exists in 64-bit mode. */
  public static boolean inLongMode(InsnTable.Row row) {
    return (row.keyMask & TableParser.KEY_LONG) == 0 || (row.keyValue & TableParser.KEY_LONG) != 0;
  }

  /**
   * Encodes an instruction of the row and decodes it again into {@code out}.
   *
   * @return false when no attempt gave this row
   */
  public boolean encode(InsnTable.Row row, Insn out) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      write(row);
      if (decode(out) && out.row == row) {
        return true;
      }
    }
    return false;
  }

  /** Decodes the instruction; returns whether there is one. */
  public boolean decode(Insn out) {
    return Decoder.decode(code, 0, code.length, longMode, shortDefaults, out) > 0;
  }

  /** Overwrites the displacement. */
  public void displacement(long value) {
    for (int i = 0; i < displacementSize; i++) {
      code[displacementAt + i] = (byte) (value >>> 8 * i);
    }
  }

  private void write(InsnTable.Row row) {
    at = 0;
    displacementAt = -1;
    displacementSize = 0;
    prefixes(row);
    if ((row.map & 0xff00) != 0) {
      put(0x0f);
      put(row.map & 0xff);
    } else if (row.map != 0) {
      put(row.map);
    }
    put(row.opcode + random.nextInt(row.opcodes));
    if (row.hasModrm) {
      modrm(row);
    } else if (row.operandCount > 0) {
      for (int i = 0; i < row.operandCount; i++) {
        if (row.operand(i).form == OperandForm.O) {
          displacementAt = at;
          displacementSize = addressSize();
        }
      }
    }
    int style = random.nextInt(6);
    for (int i = at; i < code.length; i++) {
      code[i] =
          (byte)
              switch (style) {
                case 0 -> 0;
                case 1 -> 0xff;
                case 2 -> i == at ? random.nextInt(64) : 0;
                case 3 -> 0x80;
                default -> random.nextInt(256);
              };
    }
  }

  private int addressSize() {
    if (longMode) {
      return hasAddressPrefix() ? 4 : 8;
    }
    return hasAddressPrefix() != shortDefaults ? 2 : 4;
  }

  private boolean hasAddressPrefix() {
    for (int i = 0; i < at; i++) {
      if (code[i] == 0x67) {
        return true;
      }
    }
    return false;
  }

  private void put(int value) {
    code[at++] = (byte) value;
  }

  private void prefixes(InsnTable.Row row) {
    if (random.nextInt(8) == 0) {
      put(0x67);
    }
    if (random.nextInt(10) == 0) {
      segment();
      if (random.nextInt(4) == 0) {
        segment();
      }
    }
    if (row.lockable && random.nextInt(3) == 0) {
      put(0xf0);
    }
    if (wants(row, TableParser.KEY_66) || random.nextInt(4) == 0) {
      put(0x66);
    }
    if (wants(row, TableParser.KEY_F3)) {
      put(0xf3);
    } else if (wants(row, TableParser.KEY_F2)) {
      put(0xf2);
    } else if (random.nextInt(row.repeatable ? 2 : 20) == 0) {
      put(random.nextBoolean() ? 0xf2 : 0xf3);
    }
    if (!longMode) {
      return;
    }
    if (wants(row, TableParser.KEY_REX_W)) {
      put(0x48 | random.nextInt(8));
    } else if (random.nextInt(4) != 0) {
      put(0x40 | random.nextInt(16));
    }
  }

  private void segment() {
    put(random.nextInt(3) == 0 ? 0x65 : IDLE_SEGMENTS[random.nextInt(IDLE_SEGMENTS.length)]);
  }

  private static boolean wants(InsnTable.Row row, int key) {
    return (row.keyMask & row.keyValue & key) != 0;
  }

  private void modrm(InsnTable.Row row) {
    int modrm = random.nextInt(256);
    boolean registerForm =
        (row.keyMask & TableParser.KEY_REGISTER_FORM) == 0
            ? random.nextInt(2) == 0
            : wants(row, TableParser.KEY_REGISTER_FORM);
    modrm = registerForm ? modrm | 0xc0 : modrm & 0x3f | random.nextInt(3) << 6;
    int fixed = row.keyMask & (TableParser.KEY_REG | TableParser.KEY_RM);
    modrm = modrm & ~fixed | row.keyValue & fixed;
    put(modrm);
    if (!registerForm && addressSize() == 2) {
      displacementSize = modrm >>> 6 == 0 ? ((modrm & 7) == 6 ? 2 : 0) : modrm >>> 6;
      displacementAt = at;
      for (int i = 0; i < displacementSize; i++) {
        put(random.nextInt(256));
      }
    } else if (!registerForm) {
      int rm = modrm & 7;
      int base = rm;
      if (rm == 4) {
        int sib = random.nextInt(256);
        base = sib & 7;
        put(sib);
      }
      int mod = modrm >>> 6;
      displacementSize = mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0;
      displacementAt = at;
      for (int i = 0; i < displacementSize; i++) {
        put(random.nextInt(256));
      }
    }
  }
}
