package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.InsnTable.Row;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/**
 * Writes instructions on vector, MMX and x87 registers. The host's registers of the same names are
 * the guest's while {@link Fields#LIVE} says so, which a block tests before its first such
 * instruction. All exceptions are masked then; instructions that unmask one go to the interpreter.
 */
final class VectorWriter {
  private static final int FIP = CpuState.FX + 8;
  private static final int SSE_ALIGNMENT = 16;

  private final BlockWriter block;
  private final Assembler out;

  VectorWriter(BlockWriter block) {
    this.block = block;
    this.out = block.out;
  }

  /** Writes an instruction that {@link SupportedVectors} knows. */
  void instruction(Insn insn, long rip) {
    require(SupportedVectors.needs(insn), rip);
    if (insn.memoryOperand() >= 0) {
      access(insn, rip);
    }
    switch (insn.mnemonic) {
      case FWAIT -> {}
      case LDMXCSR -> control(rip, 4, 2, VectorStubs.MXCSR_CHECKED, VectorStubs.MXCSR_MASKED);
      case FLDCW -> control(rip, 2, 5, VectorStubs.FCW_MASKED, VectorStubs.FCW_MASKED);
      default -> plain(insn, rip);
    }
  }

  /** Makes sure that the guest's registers are in the host's. */
  private void require(int need, long rip) {
    if ((block.live & need) != 0) {
      return;
    }
    block.save();
    block.hostFlags = false;
    out.mem(1, 0xf6, 0, STATE, Fields.LIVE);
    out.bytes(need);
    int there = out.jump(Condition.NOT_ZERO);
    out.call(block.origin, block.common.vectors().load(need));
    block.interpretIf(Condition.NOT_ZERO, rip);
    out.here(there);
    block.live |= need == Live.X87 ? Live.X87 | Live.SSE : Live.SSE;
  }

  private void access(Insn insn, long rip) {
    int operand = insn.memoryOperand();
    block.check(insn, rip, insn.size[operand], (insn.row.access(operand) & Row.WRITE) != 0);
    if (insn.row.alignment == SSE_ALIGNMENT) {
      out.bytes(0xa8, SSE_ALIGNMENT - 1); // test al, 15
      block.interpretIf(Condition.NOT_ZERO, rip);
    }
  }

  /**
   * Loads a control word, but not from guest memory: another vcpu could change it behind the test.
   */
  private void control(long rip, int size, int digit, int mask, int wanted) {
    block.memory(4, size == 2 ? 0x0fb7 : 0x8b, SCRATCH);
    out.mem(4, 0x89, SCRATCH, STATE, Fields.CONTROL);
    out.reg(4, 0x81, 4, SCRATCH);
    out.int4(mask);
    out.reg(4, 0x81, 7, SCRATCH);
    out.int4(wanted);
    block.interpretIf(Condition.NOT_ZERO, rip);
    out.mem(4, size == 2 ? 0xd9 : 0x0fae, digit, STATE, Fields.CONTROL);
  }

  private void plain(Insn insn, long rip) {
    if (SupportedVectors.isNoted(insn)) {
      note(rip);
    }
    if ((insn.row.flagsRead() & Flags.STATUS) != 0) {
      block.restore();
    }
    boolean lengths = insn.mnemonic == Mnemonic.PCMPESTRI || insn.mnemonic == Mnemonic.PCMPESTRM;
    if (lengths) {
      out.reg(8, 0x8b, RAX, Registers.host(CpuState.RAX)); // RDX, like RCX, is where it belongs
    }
    if (insn.modrm >= 0xc0 && insn.row.map == 0) {
      out.bytes(insn.opcode, insn.modrm);
    } else {
      encode(insn);
    }
    if (insn.mnemonic == Mnemonic.FNSTSW && insn.kind[0] == OperandKind.GPR) {
      out.reg(2, 0x8b, Registers.host(CpuState.RAX), RAX);
    }
    if (insn.row.flagsWritten() != 0) {
      block.wrote();
    }
  }

  /** Leaves the guest address of an x87 instruction where FNSTENV will look for it. */
  private void note(long rip) {
    if (rip == (int) rip) {
      out.mem(8, 0xc7, 0, STATE, FIP);
      out.int4((int) rip);
    } else {
      out.constant(SCRATCH, rip);
      out.mem(8, 0x89, SCRATCH, STATE, FIP);
    }
  }

  /** The instruction with its own prefix and opcode, and the host's operands. */
  private void encode(Insn insn) {
    int size = insn.operandSize == 8 ? 8 : 4;
    int opcode = insn.row.map << 8 | insn.opcode;
    int reg = insn.regOperand();
    int rm = insn.rmOperand();
    int first = reg < 0 ? insn.modrm >> 3 & 7 : register(insn, reg);
    if (rm >= 0 && insn.kind[rm] == OperandKind.MEM) {
      out.prefix(insn.row.prefix);
      block.memory(size, opcode, first);
    } else if (rm >= 0) {
      int second = register(insn, rm);
      out.prefix(insn.row.prefix);
      out.reg(size, opcode, first, second);
    } else {
      out.bytes(insn.row.map, insn.opcode); // EMMS
    }
    if (insn.kind[Math.max(insn.operandCount - 1, 0)] == OperandKind.IMM) {
      out.bytes((int) insn.immediate);
    }
    written(insn, reg);
    written(insn, rm);
  }

  /** Host register of a register operand; a general one is loaded if need be. */
  private int register(Insn insn, int operand) {
    int number = insn.register[operand];
    if (insn.kind[operand] != OperandKind.GPR) {
      return number;
    }
    boolean read = (insn.row.access(operand) & Row.READ) != 0;
    return read ? block.read(number, SCRATCH) : BlockWriter.target(number, SCRATCH);
  }

  private void written(Insn insn, int operand) {
    if (operand >= 0
        && insn.kind[operand] == OperandKind.GPR
        && (insn.row.access(operand) & Row.WRITE) != 0) {
      block.written(insn.register[operand], SCRATCH);
    }
  }
}
