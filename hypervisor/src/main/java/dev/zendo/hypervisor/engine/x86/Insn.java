package dev.zendo.hypervisor.engine.x86;

/**
 * A decoded instruction: a mutable holder that {@link Decoder#decode} fills without allocating.
 * Fields are plain; what is not said to be always set is only meaningful for operand kinds that use
 * it. One thread at a time.
 */
public final class Insn {
  /** Most operands that an instruction has. */
  public static final int MAX_OPERANDS = 3;

  /** Value of {@link #base} and {@link #index} when there is none. */
  public static final int NO_REGISTER = -1;

  /** Value of {@link #base} for addresses relative to the next instruction. */
  public static final int RIP = 16;

  /** The row of the table that matched. */
  public InsnTable.Row row;

  /** Same as {@code row.mnemonic}. */
  public Mnemonic mnemonic;

  /** Bytes of the whole instruction, 1..15. */
  public int length;

  /** Last opcode byte. */
  public int opcode;

  /** The ModRM byte, or -1 when there is none. */
  public int modrm;

  /**
   * Effective operand size in bytes, 2, 4 or 8, after defaults and forced sizes; byte forms show in
   * {@link #size}.
   */
  public int operandSize;

  /** Effective address size in bytes: 2, 4 or 8. */
  public int addressSize;

  /** A LOCK prefix is there; the decoder made sure that it is legal. */
  public boolean lock;

  /** 0xF2 or 0xF3 when the instruction is a repeated string instruction, else 0. */
  public int repeat;

  /** The segment override in effect (an index as in CpuState.ES..GS), or -1. */
  public int segment;

  /** It was decoded as 64-bit code. */
  public boolean longMode;

  /** Condition code 0..15 of JCC, SETCC, CMOVCC (low four bits of the opcode). */
  public int condition;

  /** Number of operands, in Intel order: destination first. */
  public int operandCount;

  /** Kind of each operand; {@link OperandKind#NONE} beyond the count. */
  public final OperandKind[] kind = {OperandKind.NONE, OperandKind.NONE, OperandKind.NONE};

  /** Register number of each register operand. */
  public final int[] register = new int[MAX_OPERANDS];

  /**
   * Size of each operand in bytes: what the instruction reads or writes of it. For memory that is
   * the access; 0 where the address alone is used (LEA, INVLPG, ...) or the size varies (XSAVE).
   */
  public final int[] size = new int[MAX_OPERANDS];

  /** Base register of the memory operand: 0..15, {@link #NO_REGISTER} or {@link #RIP}. */
  public int base;

  /** Index register of the memory operand: 0..15 or {@link #NO_REGISTER}. */
  public int index;

  /** Binary logarithm of the factor of the index: 0..3. */
  public int scale;

  /** Sign-extended displacement, or the whole address of the absolute form (MOV moffs). */
  public long displacement;

  /** Immediate, extended to 64 bits as the instruction does. */
  public long immediate;

  /** The nesting level of ENTER, the selector of a far pointer. */
  public long immediate2;

  // What the decoder knows between its steps.
  byte[] code;
  int at;
  int limit;
  int rex;
  boolean operandSizePrefix;
  boolean addressSizePrefix;
  boolean shortDefaults;
  int repeatPrefix;

  /** Index of the operand that is ModRM memory, or -1. */
  public int memoryOperand() {
    for (int i = 0; i < operandCount; i++) {
      if (kind[i] == OperandKind.MEM) {
        return i;
      }
    }
    return -1;
  }

  /** Index of the operand, register or memory, in ModRM.rm; -1 when there is none. */
  public int rmOperand() {
    for (int i = 0; i < operandCount; i++) {
      if (row.operand(i).form.isRm()) {
        return i;
      }
    }
    return -1;
  }

  /** Index of the register operand in ModRM.reg; -1 when there is none. */
  public int regOperand() {
    for (int i = 0; i < operandCount; i++) {
      if (row.operand(i).form.usesModrm() && !row.operand(i).form.isRm()) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Whether the memory operand is in the stack segment, so that a non-canonical address raises #SS
   * instead of #GP.
   */
  public boolean stackSegment() {
    return segment < 0 ? base == 4 || base == 5 : segment == 2;
  }
}
