package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Disassembler;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.engine.x86.RowEncoder;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A short straight line of random instructions, perhaps with a branch at its end, for what single
 * instructions cannot show: flags computed late, instructions fused, dead results dropped.
 *
 * <p>R12 to R15 point into the memory window and are not written; memory operands are based on them
 * alone. No instruction reads a flag that one before left undefined.
 */
final class Sequence {
  static final int MAX_INSTRUCTIONS = 8;

  /** First of the registers that hold addresses. */
  static final int FIRST_BASE = 12;

  private static final int ATTEMPTS = 400;
  private static final int RSP = 4;

  final byte[] code = new byte[128];
  final int[] starts = new int[MAX_INSTRUCTIONS + 1];
  private final int[] undefinedBefore = new int[MAX_INSTRUCTIONS + 1];
  int count;
  int length;
  long address;

  private final SplittableRandom random;
  private final RowEncoder encoder;
  private final Insn insn = new Insn();
  private final List<InsnTable.Row> rows;

  Sequence(SplittableRandom random, List<InsnTable.Row> rows) {
    this.random = random;
    this.encoder = new RowEncoder(random);
    this.rows = rows.stream().filter(Sequence::suitable).toList();
  }

  private static boolean suitable(InsnTable.Row row) {
    if (Tolerance.approximates(row.mnemonic)) {
      return false;
    }
    if (row.repeatable || row.privileged || row.ioSensitive || row.bitIndex) {
      return false;
    }
    boolean branch =
        row.mnemonic == Mnemonic.JCC
            || row.mnemonic == Mnemonic.LOOP
            || row.mnemonic == Mnemonic.LOOPE
            || row.mnemonic == Mnemonic.LOOPNE
            || row.mnemonic == Mnemonic.JCXZ;
    if (row.endsBlock && !branch) {
      return false;
    }
    return switch (row.mnemonic) {
      case POP, ENTER, LEAVE, XLAT, MASKMOVQ, MASKMOVDQU, POPF, SHLD, SHRD, TZCNT, LZCNT -> false;
      case FXRSTOR, FLDENV, FRSTOR, FLDCW, LDMXCSR, HLT -> false;
      default -> true;
    };
  }

  /** Makes another sequence. */
  void next() {
    address = AddressMap.CODE + 0x2000 + random.nextInt(AddressMap.CODE_SIZE - 0x4000);
    int wanted = 2 + random.nextInt(MAX_INSTRUCTIONS - 1);
    count = 0;
    length = 0;
    starts[0] = 0;
    undefinedBefore[0] = 0;
    boolean ended = false;
    while (count < wanted && !ended) {
      ended = append();
    }
  }

  /** Adds an instruction; returns whether it has to be the last one. */
  private boolean append() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      InsnTable.Row row = rows.get(random.nextInt(rows.size()));
      if (encoder.encode(row, insn) && fits()) {
        System.arraycopy(encoder.code, 0, code, length, insn.length);
        length += insn.length;
        count++;
        starts[count] = length;
        undefinedBefore[count] = undefinedAfter();
        return row.endsBlock;
      }
    }
    throw new IllegalStateException("no instruction fits");
  }

  private boolean fits() {
    if ((flagsRead() & undefinedBefore[count]) != 0 || insn.segment == 5) {
      return false;
    }
    if (insn.row.stackSlots != 0
        && insn.mnemonic != Mnemonic.PUSH
        && insn.mnemonic != Mnemonic.PUSHF) {
      return false;
    }
    for (int i = 0; i < insn.operandCount; i++) {
      boolean written = (insn.row.access(i) & InsnTable.Row.WRITE) != 0;
      int register = insn.register[i];
      if (written
          && insn.kind[i] == OperandKind.GPR
          && (register >= FIRST_BASE || register == RSP)) {
        return false;
      }
      if (insn.kind[i] == OperandKind.MEM && !memoryFits()) {
        return false;
      }
      if (insn.kind[i] == OperandKind.REL) {
        return placeBranch(i);
      }
    }
    return true;
  }

  private boolean memoryFits() {
    return insn.base >= FIRST_BASE
        && insn.base < Insn.RIP
        && insn.index < 0
        && insn.addressSize == 8
        && Math.abs(insn.displacement) < 128;
  }

  private boolean placeBranch(int i) {
    int size = insn.size[i];
    int distance = size == 1 ? 64 + random.nextInt(64) : 64 + random.nextInt(0x1000);
    for (int b = 0; b < size; b++) {
      encoder.code[insn.length - size + b] = (byte) (distance >>> 8 * b);
    }
    return Decoder.decode(encoder.code, 0, encoder.code.length, true, insn) > 0;
  }

  private int flagsRead() {
    return switch (insn.mnemonic) {
      case JCC, SETCC, CMOVCC -> Flags.readByCondition(insn.condition);
      case SHL, SHR, SAR -> 0;
      case ROL, ROR -> 0;
      case RCL, RCR -> Flags.CF;
      default -> insn.row.flagsRead();
    };
  }

  private int undefinedAfter() {
    int before = undefinedBefore[count - 1];
    return switch (insn.mnemonic) {
      case SHL, SHR -> before | insn.row.flagsUndefined() | Flags.CF;
      case SAR, ROL, ROR, RCL, RCR -> before | insn.row.flagsUndefined();
      default -> before & ~insn.row.flagsWritten() | insn.row.flagsUndefined();
    };
  }

  /** Flags that may differ when execution has stopped at {@code rip}. */
  int undefinedAt(long rip) {
    for (int i = 0; i < count; i++) {
      if (rip == address + starts[i]) {
        return undefinedBefore[i];
      }
    }
    return undefinedBefore[count];
  }

  /** Name of the sequence for statistics: the mnemonics in order. */
  String text() {
    Disassembler disassembler = new Disassembler();
    StringBuilder s = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String line =
          disassembler.disassemble(
              code, starts[i], starts[i + 1] - starts[i], true, address + starts[i]);
      StringBuilder bytes = new StringBuilder();
      for (int b = starts[i]; b < starts[i + 1]; b++) {
        bytes.append(String.format("%02x ", code[b]));
      }
      s.append(String.format("  %x: %-40s %s%n", address + starts[i], bytes, line));
    }
    return s.toString();
  }
}
