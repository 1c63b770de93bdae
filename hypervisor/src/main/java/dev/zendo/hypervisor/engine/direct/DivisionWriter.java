package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/**
 * Translates multiplications and divisions of RDX:RAX. Where a quotient might not fit the
 * interpreter divides, and raises the fault. Not thread-safe.
 */
final class DivisionWriter {
  private static final int GUEST_RAX = Registers.host(CpuState.RAX);
  private static final int RDX = Registers.host(CpuState.RDX);

  private final BlockWriter block;

  DivisionWriter(BlockWriter block) {
    this.block = block;
  }

  /** MUL, and IMUL with one operand. */
  void multiply(Insn insn, long rip) {
    prepare(insn, rip);
    operate(insn, insn.mnemonic == Mnemonic.MUL ? 4 : 5);
    block.wrote();
  }

  void divide(Insn insn, long rip) {
    prepare(insn, rip);
    block.save();
    block.hostFlags = false;
    int size = insn.size[0];
    Assembler out = block.out;
    if (insn.mnemonic == Mnemonic.DIV) {
      operand(insn, 0x3b, RDX);
      block.interpretIf(Condition.NOT_BELOW, rip);
      operate(insn, 6);
      return;
    }
    // A dividend that is one register sign-extended fits unless the divisor is 0 or -1.
    out.reg(size, 0x8b, SCRATCH, GUEST_RAX);
    out.reg(size, 0xc1, 7, SCRATCH);
    out.bytes(8 * size - 1);
    out.reg(size, 0x3b, SCRATCH, RDX);
    block.interpretIf(Condition.NOT_EQUAL, rip);
    operand(insn, 0x8b, SCRATCH);
    out.reg(size, 0xff, 0, SCRATCH);
    out.reg(size, 0x83, 7, SCRATCH);
    out.bytes(1);
    block.interpretIf(Condition.NOT_ABOVE, rip);
    operate(insn, 7);
  }

  private void prepare(Insn insn, long rip) {
    if (insn.kind[0] == OperandKind.MEM) {
      block.check(insn, rip, insn.size[0], false);
    }
  }

  /** An instruction with a register and the instruction's operand. */
  private void operand(Insn insn, int opcode, int register) {
    if (insn.kind[0] == OperandKind.MEM) {
      block.memory(insn.size[0], opcode, register);
    } else {
      block.out.reg(insn.size[0], opcode, register, block.read(insn.register[0], HOST));
    }
  }

  private void operate(Insn insn, int digit) {
    block.out.reg(8, 0x8b, RAX, GUEST_RAX);
    operand(insn, 0xf7, digit);
    block.out.reg(8, 0x8b, GUEST_RAX, RAX);
  }
}
