package dev.zendo.hypervisor.engine.x86;

import java.util.ArrayList;
import java.util.List;

/**
 * The instruction set as a table. The rows are text, one instruction form per line, in {@link
 * OneByteOpcodes}, {@link TwoByteOpcodes}, {@link VectorOpcodes}, {@link Map0f38Opcodes}, {@link
 * Map0f3aOpcodes} and {@link X87Opcodes}; a line is parsed when its opcode is first met.
 * Thread-safe; rows are immutable and each exists once.
 *
 * <p>A line is {@code opcode mnemonic operands attributes...}:
 *
 * <ul>
 *   <li>opcode: {@code 8F} one byte; {@code 70+16} sixteen opcodes from 70; {@code 80/3} with
 *       ModRM.reg 3; {@code D9/4.1} with ModRM.rm 1 as well; {@code :m} only with a memory operand,
 *       {@code :r} only with a register;
 *   <li>operands, Intel order, {@code -} for none: {@code =} before an operand that is only
 *       written, {@code +} before one that is read and (perhaps) written; then where it is ({@link
 *       OperandForm}) and its size: b 1, w 2, d 4, q 8, x 16, t 10 bytes; v operand size; z operand
 *       size but at most 4; y 8 with REX.W, else 4; n 8 in 64-bit mode, else 4; p far pointer; a
 *       two operands of size v; s descriptor-table register; r address size; two letters: register,
 *       then memory. PV, QW, NU stand for an MMX register in one row and a vector register in
 *       another (attribute pp). Names such as AL, rAX (size v), zAX (size z), ST are themselves;
 *   <li>prefixes: np none of 66, F2, F3; 66; F3; F2 demand that one (F2 and F3 win over 66, the
 *       last of F2 and F3 over the other); nr neither F2 nor F3; pp a row with np on MMX registers
 *       and one with 66 on vector registers; w0, w1 REX.W clear, set; b0 REX.B clear;
 *   <li>i64 invalid in 64-bit mode; o64 only in 64-bit mode; d64 operand size 64 by default there;
 *       f64 always 64 there;
 *   <li>lock: LOCK allowed with a memory destination; rep: string instruction, F2 and F3 repeat it;
 *       priv: #GP outside ring 0 (not given to instructions of features that no ring 3 has, which
 *       are #UD there); io: needs I/O privilege; umip: ring 0 only where UMIP is on; end: control
 *       goes (or may go) elsewhere, or the segments change; pushN, popN: operand-size slots moved
 *       on the stack; ir=, iw=: general registers read and written besides the operands and those
 *       that stack and REP imply; bit: the bit index in a register moves the memory address; ua: no
 *       alignment demanded of 16-byte memory operands (which are otherwise); a16, a64: alignment
 *       demanded; int: despite its feature no use of vector registers; fpu: uses them; names of
 *       {@link Feature}.
 * </ul>
 *
 * <p>Rows of one opcode are tried in order, the first that matches counts. What matches none is
 * #UD.
 */
public final class InsnTable {
  /** One more than the highest {@link Row#id}. */
  public static final int MAX_ROWS = 6 * OpcodeMap.IDS;

  private InsnTable() {}

  /** One instruction form. */
  public static final class Row {
    /** Read by the instruction (bit of {@link #access}). */
    public static final int READ = 1;

    /** Written by the instruction, perhaps only under a condition (bit of {@link #access}). */
    public static final int WRITE = 2;

    /** Small number of the row, the same in every run; for arrays indexed by row. */
    public final int id;

    public final Mnemonic mnemonic;
    public final Feature feature;

    /** Opcode bytes before the last one: 0, 0x0F, 0x0F38 or 0x0F3A. */
    public final int map;

    /** First opcode byte that the row covers. */
    public final int opcode;

    /** Number of opcodes that the row covers: 1, 8 or 16. */
    public final int opcodes;

    /** Number of operands. */
    public final int operandCount;

    /** LOCK is allowed when the first operand is memory. */
    public final boolean lockable;

    /** F2 and F3 repeat the instruction. */
    public final boolean repeatable;

    /** Raises #GP(0) outside ring 0. */
    public final boolean privileged;

    /** Raises #GP(0) unless the current privilege level is at most IOPL. */
    public final boolean ioSensitive;

    /** Raises #GP(0) outside ring 0 when CR4.UMIP is set. */
    public final boolean umip;

    /** Control may go elsewhere than to the next instruction, or segments change. */
    public final boolean endsBlock;

    /** Raises #NM while CR0.TS is set (or, for x87 and MMX, CR0.EM). */
    public final boolean usesFpu;

    /** The register operand is a bit index that moves the memory address (BT family). */
    public final boolean bitIndex;

    /** Alignment that the memory operand must have, else #GP(0); 1 for none. */
    public final int alignment;

    /** Slots of operand size moved on the stack: positive pushed, negative popped. */
    public final int stackSlots;

    /** Masks of general registers read and written besides the operands, the stack and REP. */
    public final int implicitReads;

    public final int implicitWrites;

    /** The prefix that belongs to the opcode: 0x66, 0xf2 or 0xf3, or 0 when none does. */
    public final int prefix;

    final int keyMask;
    final int keyValue;
    final boolean default64;
    final boolean forced64;
    final boolean hasModrm;

    /** ModRM.rm is a register whatever ModRM.mod says. */
    final boolean alwaysRegister;

    private final TableParser.Operand[] operands;

    Row(TableParser p, int id) {
      this.id = id;
      mnemonic = p.mnemonic;
      feature = p.feature;
      map = p.map;
      opcode = p.opcode;
      opcodes = p.opcodes;
      operands = p.operands.toArray(new TableParser.Operand[0]);
      operandCount = operands.length;
      lockable = p.has(TableParser.LOCK);
      repeatable = p.has(TableParser.REP);
      privileged = p.has(TableParser.PRIV);
      ioSensitive = p.has(TableParser.IO);
      umip = p.has(TableParser.UMIP);
      endsBlock = p.has(TableParser.END);
      bitIndex = p.has(TableParser.BIT);
      default64 = p.has(TableParser.D64);
      forced64 = p.has(TableParser.F64);
      usesFpu =
          feature.usesFpu() && !p.has(TableParser.INT) && mnemonic != Mnemonic.MOVNTI
              || p.has(TableParser.FPU);
      alignment = p.alignment();
      stackSlots = p.stackSlots;
      implicitReads = p.implicitReads;
      implicitWrites = p.implicitWrites;
      keyMask = p.keyMask;
      keyValue = p.keyValue;
      prefix = prefix(keyMask & keyValue);
      hasModrm = p.hasModrm();
      alwaysRegister = p.alwaysRegister();
    }

    private static int prefix(int demanded) {
      if ((demanded & TableParser.KEY_F3) != 0) {
        return 0xf3;
      }
      if ((demanded & TableParser.KEY_F2) != 0) {
        return 0xf2;
      }
      return (demanded & TableParser.KEY_66) != 0 ? 0x66 : 0;
    }

    /** Whether operand {@code i} is read and written: bits {@link #READ} and {@link #WRITE}. */
    public int access(int i) {
      return operands[i].access;
    }

    TableParser.Operand operand(int i) {
      return operands[i];
    }

    /** Flags whose old value matters; see {@link Mnemonic#flagsRead}. */
    public int flagsRead() {
      return mnemonic.flagsRead();
    }

    /** Flags that may change; see {@link Mnemonic#flagsWritten}. */
    public int flagsWritten() {
      return mnemonic.flagsWritten();
    }

    /** Flags left undefined; see {@link Mnemonic#flagsUndefined}. */
    public int flagsUndefined() {
      return mnemonic.flagsUndefined();
    }

    @Override
    public String toString() {
      StringBuilder s = new StringBuilder();
      if (map != 0) {
        s.append(Integer.toHexString(map)).append(' ');
      }
      s.append(String.format("%02x", opcode)).append(' ').append(mnemonic);
      for (int i = 0; i < operandCount; i++) {
        s.append(i == 0 ? " " : ",").append(operands[i]);
      }
      return s.toString();
    }
  }

  /** Every row, in table order; for tests and documentation. */
  public static List<Row> rows() {
    List<Row> all = new ArrayList<>();
    all.addAll(OneByte.MAP.all());
    all.addAll(TwoByte.MAP.all());
    all.addAll(Vector.MAP.all());
    all.addAll(Map0f38.MAP.all());
    all.addAll(Map0f3a.MAP.all());
    all.addAll(Escapes.MAP.all());
    return all;
  }

  /** Candidate rows of a one-byte opcode. */
  static Row[] oneByte(int opcode) {
    return (opcode & 0xf8) == 0xd8 ? Escapes.MAP.rows(opcode) : OneByte.MAP.rows(opcode);
  }

  /** Candidate rows of an opcode after 0F. */
  static Row[] twoByte(int opcode) {
    Row[] rows = TwoByte.MAP.rows(opcode);
    return rows.length != 0 ? rows : Vector.MAP.rows(opcode);
  }

  /** Candidate rows of an opcode after 0F 38. */
  static Row[] map0f38(int opcode) {
    return Map0f38.MAP.rows(opcode);
  }

  /** Candidate rows of an opcode after 0F 3A. */
  static Row[] map0f3a(int opcode) {
    return Map0f3a.MAP.rows(opcode);
  }

  private static final class OneByte {
    static final OpcodeMap MAP = new OpcodeMap(OneByteOpcodes.ROWS, 0, 0);
  }

  private static final class TwoByte {
    static final OpcodeMap MAP = new OpcodeMap(TwoByteOpcodes.ROWS, 0x0f, 1);
  }

  private static final class Vector {
    static final OpcodeMap MAP = new OpcodeMap(VectorOpcodes.ROWS, 0x0f, 2);
  }

  private static final class Map0f38 {
    static final OpcodeMap MAP = new OpcodeMap(Map0f38Opcodes.ROWS, 0x0f38, 3);
  }

  private static final class Map0f3a {
    static final OpcodeMap MAP = new OpcodeMap(Map0f3aOpcodes.ROWS, 0x0f3a, 4);
  }

  private static final class Escapes {
    static final OpcodeMap MAP = new OpcodeMap(X87Opcodes.ROWS, 0, 5);
  }
}
