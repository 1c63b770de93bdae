package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.NONE;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/** Translates BT, BTS, BTR and BTC, BSF and BSR, and POPCNT. Not thread-safe. */
final class BitWriter {
  private static final int MOVE_UNLESS_ZERO = 0x0f45;

  /** Part of POPCNT's opcode. */
  private static final int REP = 0xf3;

  private final BlockWriter block;

  BitWriter(BlockWriter block) {
    this.block = block;
  }

  /**
   * BSF or BSR of 4 or 8 bytes. Where the source is zero nothing is written, not even zeros to the
   * upper half, which processors handle in different ways. Flags other than ZF are undefined; where
   * the host's processor keeps them, they are the guest's.
   */
  void scan(Insn insn, long rip, boolean forward) {
    int size = insn.size[0];
    int opcode = forward ? 0x0fbc : 0x0fbd;
    if (insn.kind[1] == OperandKind.MEM) {
      block.check(insn, rip, size, false);
      block.restore();
      block.memory(size, opcode, SCRATCH);
    } else {
      block.restore();
      block.out.reg(size, opcode, SCRATCH, block.read(insn.register[1], HOST));
    }
    int to = block.read(insn.register[0], HOST);
    block.out.reg(8, MOVE_UNLESS_ZERO, to, SCRATCH);
    block.written(insn.register[0], to);
    block.wrote();
  }

  /** POPCNT of 4 or 8 bytes. */
  void count(Insn insn, long rip) {
    int size = insn.size[0];
    int to = BlockWriter.target(insn.register[0], SCRATCH);
    if (insn.kind[1] == OperandKind.MEM) {
      block.check(insn, rip, size, false);
      block.out.prefix(REP);
      block.memory(size, 0x0fb8, to);
    } else {
      int from = block.read(insn.register[1], HOST);
      block.out.prefix(REP);
      block.out.reg(size, 0x0fb8, to, from);
    }
    block.written(insn.register[0], to);
    block.wrote();
  }

  void bit(Insn insn, long rip) {
    int digit =
        switch (insn.mnemonic) {
          case BT -> 4;
          case BTS -> 5;
          case BTR -> 6;
          default -> 7;
        };
    boolean immediate = insn.kind[1] == OperandKind.IMM;
    if (insn.kind[0] != OperandKind.MEM) {
      ofRegister(insn, digit, immediate);
    } else if (immediate) {
      block.check(insn, rip, insn.size[0], digit != 4);
      block.restore();
      block.out.lock(insn.lock);
      block.memory(insn.size[0], 0x0fba, digit);
      block.out.bytes((int) insn.immediate);
    } else {
      ofString(insn, rip, digit);
    }
    block.wrote();
  }

  private void ofRegister(Insn insn, int digit, boolean immediate) {
    int size = insn.size[0];
    block.restore();
    int to = block.read(insn.register[0], SCRATCH);
    if (immediate) {
      block.out.reg(size, 0x0fba, digit, to);
      block.out.bytes((int) insn.immediate);
    } else {
      block.out.reg(size, 0x0f83 | digit << 3, block.read(insn.register[1], HOST), to);
    }
    if (digit != 4) {
      block.written(insn.register[0], to);
    }
  }

  /**
   * A register numbers a bit of a string that begins at the memory operand: the operand that holds
   * it is looked up first, then the bit in it (SDM volume 1, 3.1.1.9).
   */
  private void ofString(Insn insn, long rip, int digit) {
    Assembler out = block.out;
    int size = insn.size[0];
    int log = Integer.numberOfTrailingZeros(size);
    block.save();
    block.hostFlags = false;
    int number = block.read(insn.register[1], SCRATCH);
    out.reg(4, 0x8b, HOST, number);
    out.reg(4, 0x83, 4, HOST);
    out.bytes(8 * size - 1);
    out.mem(8, 0x89, HOST, STATE, Fields.OPERAND);
    signExtend(size, number);
    out.reg(8, 0xc1, 7, SCRATCH);
    out.bytes(log + 3);
    out.reg(8, 0xc1, 4, SCRATCH);
    out.bytes(log);
    out.mem(8, 0x89, SCRATCH, STATE, Fields.TEMPORARY);
    block.address(SCRATCH, insn, rip);
    out.mem(8, 0x01, SCRATCH, STATE, Fields.TEMPORARY);
    block.check(rip, Registers.TEMPORARY, NONE, 0, 0, insn.segment, size, digit != 4);
    block.restore();
    out.mem(8, 0x8b, SCRATCH, STATE, Fields.OPERAND);
    out.lock(insn.lock);
    block.memory(size, 0x0f83 | digit << 3, SCRATCH);
  }

  private void signExtend(int size, int from) {
    switch (size) {
      case 2 -> block.out.reg(8, 0x0fbf, SCRATCH, from);
      case 4 -> block.out.reg(8, 0x63, SCRATCH, from);
      default -> block.out.reg(8, 0x8b, SCRATCH, from);
    }
  }
}
