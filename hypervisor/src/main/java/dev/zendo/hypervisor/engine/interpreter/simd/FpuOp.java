package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.X87;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.engine.interpreter.OperandOp;
import dev.zendo.hypervisor.engine.interpreter.Operands;
import dev.zendo.hypervisor.engine.interpreter.Vector;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;

/** An op on floating-point or vector registers: operand access and the checks before it. */
abstract class FpuOp extends OperandOp {
  /** Whether one operand is memory. */
  boolean memory;

  /** Whether the second operand is an immediate. */
  boolean byImmediate;

  /** Bytes of the memory operand, otherwise of the second operand. */
  int size;

  /** Alignment that the memory operand must have. */
  int alignment;

  /** Fills in operands: the first register operand is the target, the next one the source. */
  static <T extends FpuOp> T bind(T op, Insn insn, long rip) {
    int at = insn.memoryOperand();
    int last = Math.max(Math.min(insn.operandCount, 2) - 1, 0);
    op.memory = at >= 0;
    op.byImmediate = insn.kind[last] == OperandKind.IMM;
    op.size = insn.size[at >= 0 ? at : last];
    op.alignment = insn.row.alignment;
    op.immediate = insn.immediate;
    op.target = (short) Operands.offset(insn, 0);
    op.source = (short) Operands.offset(insn, last);
    Operands.memory(op, insn, rip);
    return op;
  }

  /** Linear address of the memory operand. */
  final long linear(Cpu cpu) {
    return address(cpu);
  }

  /** Linear address of the memory operand, which must be aligned as the instruction demands. */
  final long alignedAddress(Cpu cpu) {
    long va = address(cpu);
    cpu.requireAligned(va, alignment, this);
    return va;
  }

  /** Host address of the source operand, register or memory. */
  final long operand(Cpu cpu) {
    return memory ? cpu.view(alignedAddress(cpu), size, this) : cpu.state + source;
  }

  /**
   * Copies a state area to host memory; like processors it touches the ends of large ones first.
   */
  final void loadArea(Cpu cpu, long va, int bytes, long to) {
    cpu.load(va, 1, this);
    if (bytes > 16) {
      cpu.load(va + bytes - 1, 1, this);
    }
    cpu.loadBytes(va, bytes, to, this);
  }

  /** The source operand as a sign-extended integer of up to 8 bytes. */
  final long value(Cpu cpu) {
    if (memory) {
      return cpu.load(address(cpu), size, this);
    }
    long at = cpu.state + source;
    switch (size) {
      case 1:
        return HostMemory.getByte(at);
      case 2:
        return HostMemory.getShort(at);
      case 4:
        return HostMemory.getInt(at);
      default:
        return HostMemory.getLong(at);
    }
  }

  /** Stores a general register, zero-extended from 32 bits. */
  static void putRegister(Cpu cpu, int offset, int value) {
    HostMemory.putLong(cpu.state + offset, value & 0xffffffffL);
  }

  /** The unit that MMX registers are in, after the checks that MMX instructions begin with. */
  final X87 mmx(Cpu cpu) {
    cpu.requireFpu(this);
    X87 unit = cpu.fpu.x87;
    if (unit.pending()) {
      throw cpu.fault(this, Vector.MF);
    }
    return unit;
  }
}
