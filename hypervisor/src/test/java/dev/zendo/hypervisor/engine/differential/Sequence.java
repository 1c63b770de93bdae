package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Disassembler;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.engine.x86.RowEncoder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Some random instructions in a row, with branches forward among them, for what single instructions
 * cannot show: flags computed late, instructions fused, dead results dropped, blocks linked.
 *
 * <p>R12 to R15 point into the memory window and are not written; memory operands are based on them
 * alone. No instruction reads a flag that one before left undefined.
 */
final class Sequence {
  static final int MAX_INSTRUCTIONS = 12;

  /** First of the registers that hold addresses. */
  static final int FIRST_BASE = 12;

  private static final int ATTEMPTS = 400;
  private static final int RSP = 4;
  private static final int MAX_LENGTH = 110;
  private static final int FARTHEST = 4;

  final byte[] code = new byte[128];
  final int[] starts = new int[MAX_INSTRUCTIONS + 1];
  private final int[] undefinedBefore = new int[MAX_INSTRUCTIONS + FARTHEST + 1];

  /** Instruction that each branch goes to, 0 for other instructions; and the branch's bytes. */
  private final int[] target = new int[MAX_INSTRUCTIONS];

  private final int[] displacementSize = new int[MAX_INSTRUCTIONS];
  int count;
  int length;
  long address;

  private final SplittableRandom random;
  private final RowEncoder encoder;
  private final Insn insn = new Insn();
  private final List<InsnTable.Row> rows;
  private final List<InsnTable.Row> branches;

  Sequence(SplittableRandom random, List<InsnTable.Row> rows) {
    this.random = random;
    this.encoder = new RowEncoder(random);
    this.rows = rows.stream().filter(Sequence::suitable).toList();
    this.branches =
        InsnTable.rows().stream()
            .filter(row -> isBranch(row) && RowEncoder.inLongMode(row))
            .toList();
  }

  private static boolean suitable(InsnTable.Row row) {
    if (Selection.takesSelector(row)
        || Tolerance.approximates(row.mnemonic)
        || AmdForm.leavesOutOfSequences(row.mnemonic)) {
      return false;
    }
    if (row.repeatable || row.privileged || row.ioSensitive || row.bitIndex) {
      return false;
    }
    if (row.endsBlock && !isBranch(row)) {
      return false;
    }
    return switch (row.mnemonic) {
      case POP, ENTER, LEAVE, XLAT, MASKMOVQ, MASKMOVDQU, POPF, SHLD, SHRD, TZCNT, LZCNT -> false;
      case FXRSTOR, FLDENV, FRSTOR, FLDCW, LDMXCSR, HLT -> false;
      default -> true;
    };
  }

  private static boolean isBranch(InsnTable.Row row) {
    return switch (row.mnemonic) {
      case JCC, LOOP, LOOPE, LOOPNE, JCXZ -> true;
      case JMP -> row.opcode != 0xff;
      default -> false;
    };
  }

  /** Makes another sequence. */
  void next() {
    address = AddressMap.CODE + 0x2000 + random.nextInt(AddressMap.CODE_SIZE - 0x4000);
    int wanted = 2 + random.nextInt(MAX_INSTRUCTIONS - 1);
    count = 0;
    length = 0;
    starts[0] = 0;
    Arrays.fill(undefinedBefore, 0);
    while (count < wanted && length < MAX_LENGTH - 15) {
      append();
    }
    for (int i = count + 1; i < undefinedBefore.length; i++) {
      undefinedBefore[count] |= undefinedBefore[i];
    }
    for (int i = 0; i < count; i++) {
      if (target[i] != 0) {
        link(i, starts[Math.min(target[i], count)] - starts[i + 1]);
      }
    }
  }

  private void append() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      InsnTable.Row row = choose();
      if (encoder.encode(row, insn) && fits() && !AmdForm.leavesOut(insn, encoder.code)) {
        System.arraycopy(encoder.code, 0, code, length, insn.length);
        length += insn.length;
        int undefined = undefinedAfter();
        undefinedBefore[count + 1] |= undefined;
        target[count] = 0;
        if (isBranch(row)) {
          target[count] = count + 1 + random.nextInt(FARTHEST);
          displacementSize[count] = insn.size[0];
          undefinedBefore[target[count]] |= undefined;
        }
        count++;
        starts[count] = length;
        return;
      }
    }
    throw new IllegalStateException("no instruction fits");
  }

  private InsnTable.Row choose() {
    return random.nextInt(6) == 0
        ? branches.get(random.nextInt(branches.size()))
        : rows.get(random.nextInt(rows.size()));
  }

  private void link(int i, int distance) {
    for (int b = 0; b < displacementSize[i]; b++) {
      code[starts[i + 1] - displacementSize[i] + b] = (byte) (distance >>> 8 * b);
    }
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
    int before = undefinedBefore[count];
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

  /** A listing. */
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
