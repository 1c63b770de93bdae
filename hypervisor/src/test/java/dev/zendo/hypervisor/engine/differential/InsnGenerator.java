package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Decoder;
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

  InsnGenerator(SplittableRandom random) {
    this.random = random;
    this.encoder = new RowEncoder(random);
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
      if (encoder.displacementSize < 4) {
        return false;
      }
      long target = AddressMap.WINDOW + 64 + random.nextInt(CaseBlock.MEMORY_SIZE - 64 - room());
      long segment = insn.segment == 5 ? AddressMap.GS_BASE : 0;
      if (insn.base == Insn.RIP) {
        target -= address + insn.length;
      }
      encoder.displacement(target - segment);
    }
    for (int i = 0; i < insn.operandCount; i++) {
      if (insn.kind[i] == OperandKind.REL && !placeBranch(i)) {
        return false;
      }
    }
    return Decoder.decode(encoder.code, 0, encoder.code.length, true, insn) > 0 && insn.row == row;
  }

  private boolean placeBranch(int i) {
    int size = insn.size[i];
    long distance = size == 1 ? insn.immediate : random.nextInt(0x2000) - 0x1000;
    if (distance != 0 && distance > -16 && distance < 6) {
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
    if (insn.memoryOperand() < 0) {
      return !(insn.row.stackSlots != 0 && writesStackPointer());
    }
    boolean stackRelative = insn.base == RSP || insn.index == RSP;
    if (usesStack() && stackRelative) {
      return insn.index < 0
          && Math.abs(insn.displacement) < 128
          && insn.addressSize == 8
          && insn.segment != 5;
    }
    if (insn.row.bitIndex && insn.kind[1] == OperandKind.GPR) {
      int bit = insn.register[1];
      if (bit == insn.base || bit == insn.index || insn.base < 0 || insn.base == Insn.RIP) {
        return false;
      }
    }
    if (insn.segment == 5 && insn.addressSize == 4) {
      return false;
    }
    return insn.size[insn.memoryOperand()] != 512 || insn.base >= 0 && insn.base != Insn.RIP;
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
