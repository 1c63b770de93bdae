package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.engine.x86.RowEncoder;
import java.util.SplittableRandom;

/** Makes instructions whose memory operands and branch targets can be kept inside our areas. */
final class InsnGenerator {
  private static final int RSP = 4;
  private static final int ATTEMPTS = 100;

  final Insn insn = new Insn();
  private final RowEncoder encoder;
  private final SplittableRandom random;

  /** Address at which the current instruction is to run. */
  long address;

  private final Segmentation segments;

  InsnGenerator(SplittableRandom random) {
    this(random, Segmentation.LONG);
  }

  InsnGenerator(SplittableRandom random, Segmentation segments) {
    this.random = random;
    this.segments = segments;
    this.encoder =
        new RowEncoder(random, segments == Segmentation.LONG, segments == Segmentation.SHORT);
  }

  byte[] code() {
    return encoder.code;
  }

  /** Makes an instruction of the row; false when none could be made. */
  boolean next(InsnTable.Row row) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!encoder.encode(row, insn)) {
        return false;
      }
      address = AddressMap.CODE + 0x2000 + random.nextInt(AddressMap.CODE_SIZE - 0x4000);
      if (random.nextInt(16) == 0) {
        address = (address & -4096) + 4096 - 1 - random.nextInt(insn.length);
      }
      if (place(row) && usable() && !AmdForm.leavesOut(insn, encoder.code)) {
        return true;
      }
    }
    return false;
  }

  private boolean place(InsnTable.Row row) {
    if (insn.memoryOperand() >= 0 && (insn.base < 0 || insn.base == Insn.RIP)) {
      if (encoder.displacementSize < Math.min(4, insn.addressSize)) {
        return false;
      }
      long target = AddressMap.WINDOW + 64 + random.nextInt(CaseBlock.MEMORY_SIZE - 64 - room());
      if (insn.base == Insn.RIP) {
        target -= address + insn.length;
      }
      encoder.displacement(target - segments.base(insn));
    }
    for (int i = 0; i < insn.operandCount; i++) {
      if (insn.kind[i] == OperandKind.REL && !placeBranch(i)) {
        return false;
      }
    }
    return encoder.decode(insn) && insn.row == row;
  }

  private boolean placeBranch(int i) {
    int size = insn.size[i];
    long distance = size == 1 ? insn.immediate : random.nextInt(0x2000) - 0x1000;
    if (distance != 0 && distance > -16 && distance <= NativeCpu.LONGEST_END) {
      return false;
    }
    for (int b = 0; b < size; b++) {
      encoder.code[insn.length - size + b] = (byte) (distance >>> 8 * b);
    }
    return true;
  }

  /** Bytes to leave free behind the start of a memory operand. */
  private int room() {
    int operand = insn.memoryOperand();
    int size = operand < 0 ? 0 : insn.size[operand];
    return size == 512 ? 560 : 128;
  }

  private boolean usable() {
    if (segments != Segmentation.LONG && !usableInSegments()) {
      return false;
    }
    if (insn.memoryOperand() < 0) {
      return !(insn.row.stackSlots != 0 && writesStackPointer());
    }
    boolean stackRelative = insn.base == RSP || insn.index == RSP;
    if (usesStack() && stackRelative) {
      return insn.index < 0
          && Math.abs(insn.displacement) < 128
          && insn.addressSize == (segments == Segmentation.LONG ? 8 : 4)
          && (insn.segment < 0 || segments == Segmentation.LONG && insn.segment != CpuState.GS);
    }
    if (insn.row.bitIndex && insn.kind[1] == OperandKind.GPR) {
      int bit = insn.register[1];
      if (bit == insn.base || bit == insn.index || insn.base < 0 || insn.base == Insn.RIP) {
        return false;
      }
    }
    if (insn.segment == CpuState.GS && insn.addressSize == 4 && segments == Segmentation.LONG) {
      return false;
    }
    return insn.size[insn.memoryOperand()] != 512 || insn.base >= 0 && insn.base != Insn.RIP;
  }

  /** FS is the host thread's own, and there are addresses that the window is too far away from. */
  private boolean usableInSegments() {
    boolean implicit =
        switch (insn.mnemonic) {
          case MOVS, CMPS, STOS, LODS, SCAS, XLAT, MASKMOVQ, MASKMOVDQU -> true;
          default -> false;
        };
    if (insn.segment == CpuState.FS || !mayLoad()) {
      return false;
    }
    if ((insn.memoryOperand() >= 0 || implicit) && insn.addressSize == 2) {
      boolean flat = segments == Segmentation.FLAT;
      return !flat && insn.segment != CpuState.GS && insn.segment != CpuState.CS;
    }
    // In flat segments a 16-bit branch leads to where nothing is.
    boolean branch = insn.row.endsBlock && insn.operandSize == 2;
    return !(branch && segments == Segmentation.FLAT);
  }

  /** DS and ES are loaded for each case, so cases may load them with anything. */
  private boolean mayLoad() {
    boolean moved = Selection.loadsSegment(insn.row) && insn.kind[0] == OperandKind.SREG;
    return !moved || insn.register[0] == CpuState.ES || insn.register[0] == CpuState.DS;
  }

  boolean usesStack() {
    return switch (insn.mnemonic) {
      case ENTER, LEAVE -> true;
      default -> insn.row.stackSlots != 0;
    };
  }

  private boolean writesStackPointer() {
    return switch (insn.mnemonic) {
      case CALL, JMP -> insn.kind[0] == OperandKind.GPR && insn.register[0] == RSP;
      default -> false;
    };
  }
}
