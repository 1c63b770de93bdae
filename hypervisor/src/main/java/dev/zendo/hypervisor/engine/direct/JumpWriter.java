package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/**
 * Translates jumps, calls and returns. Where the target is known only when they execute, the jump
 * cache must have it; otherwise the executor enters it there and the instruction starts over. Not
 * thread-safe.
 */
final class JumpWriter {

  private final BlockWriter block;

  JumpWriter(BlockWriter block) {
    this.block = block;
  }

  void branch(Insn insn, long rip) {
    block.restore();
    block.branch(insn.condition, relative(insn, rip));
  }

  /** A jump that does not lead to the next instruction of the block. */
  void jump(Insn insn, long rip) {
    if (insn.kind[0] == OperandKind.REL) {
      block.leave(relative(insn, rip));
      return;
    }
    int start = begin();
    load(insn, rip);
    block.lookUp(rip, start);
    block.out.mem(4, 0xff, 4, STATE, HOST, 0, block.jumps + 8);
  }

  void call(Insn insn, long rip) {
    boolean direct = insn.kind[0] == OperandKind.REL;
    if (!direct) {
      // Everything that can fail comes before the return address is stored.
      int start = begin();
      load(insn, rip);
      block.lookUp(rip, start);
      block.out.mem(8, 0x8b, SCRATCH, STATE, HOST, 0, block.jumps + 8);
      block.out.mem(8, 0x89, SCRATCH, STATE, Fields.CALLED);
    }
    block.stackCheck(rip, -8, true);
    block.out.constant(SCRATCH, rip + insn.length);
    block.memory(8, 0x89, SCRATCH);
    block.moveStack(-8);
    if (direct) {
      block.leave(relative(insn, rip));
    } else {
      block.out.mem(4, 0xff, 4, STATE, Fields.CALLED);
    }
  }

  void ret(Insn insn, long rip) {
    int start = begin();
    block.stackCheck(rip, 0, false);
    block.memory(8, 0x8b, SCRATCH);
    block.lookUp(rip, start);
    block.moveStack(8 + (insn.operandCount > 0 ? (int) insn.immediate : 0));
    block.out.mem(4, 0xff, 4, STATE, HOST, 0, block.jumps + 8);
  }

  static long relative(Insn insn, long rip) {
    return rip + insn.length + insn.immediate;
  }

  /** Loads the target of an indirect jump to the scratch register. */
  private void load(Insn insn, long rip) {
    if (insn.kind[0] == OperandKind.MEM) {
      block.check(insn, rip, 8, false);
      block.memory(8, 0x8b, SCRATCH);
    } else {
      int register = block.read(insn.register[0], SCRATCH);
      if (register != SCRATCH) {
        block.out.reg(8, 0x8b, SCRATCH, register);
      }
    }
  }

  /** Nothing of an indirect jump's code needs the flags, so it can start over from here. */
  private int begin() {
    block.save();
    block.hostFlags = false;
    return block.out.position();
  }

  /** LEAVE. */
  void leaveFrame(long rip) {
    block.check(rip, CpuState.RBP, Assembler.NONE, 0, 0, -1, 8, false);
    block.memory(8, 0x8b, SCRATCH);
    int rbp = Registers.host(CpuState.RBP);
    block.out.mem(8, 0x8d, Registers.host(CpuState.RSP), rbp, 8);
    block.out.reg(8, 0x8b, rbp, SCRATCH);
  }
}
