package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * An op with operands: registers as offsets in the state block, an immediate, a memory operand.
 *
 * <p>A memory operand without base, index or segment base has {@code CpuState.ZERO} in their place,
 * so that forms need no tests; addresses relative to RIP are folded into the displacement. FS and
 * GS bases take the place of a free base or index register.
 */
public abstract class OperandOp extends Op {
  /** Address form: base + displacement. */
  static final int BASE = 0;

  /** Address form: base + (index << scale) + displacement. */
  static final int INDEXED = 1;

  /** Address form with a segment base or an address size of 4 bytes as well. */
  static final int GENERAL = 2;

  /** Offset of the first register operand in the state block. */
  protected short target;

  /** Offset of the second register operand in the state block. */
  protected short source;

  /** The immediate operand, extended. */
  protected long immediate;

  short base;
  short indexRegister;
  byte scale;
  long displacement;
  short segmentBase;
  boolean address32;

  /** {@link #BASE}, {@link #INDEXED} or {@link #GENERAL}. */
  byte form;

  /** The linear address of the memory operand; {@code form} is a constant or {@link #form}. */
  final long address(Cpu cpu, int form) {
    return form == BASE ? based(cpu) : compound(cpu, form);
  }

  /** An op that differs only in leaving the flags alone; itself when there is none. */
  OperandOp withoutFlags() {
    return this;
  }

  /** Takes over place and operands of another op without memory operand. */
  final OperandOp like(OperandOp other) {
    rip = other.rip;
    length = other.length;
    index = other.index;
    target = other.target;
    source = other.source;
    immediate = other.immediate;
    return this;
  }

  private long based(Cpu cpu) {
    return cpu.get(base) + displacement;
  }

  /** The linear address of the memory operand. */
  protected final long address(Cpu cpu) {
    return address(cpu, form);
  }

  private long compound(Cpu cpu, int form) {
    return form == INDEXED ? indexed(cpu) : general(cpu);
  }

  private long indexed(Cpu cpu) {
    return cpu.get(base) + scaled(cpu) + displacement;
  }

  private long scaled(Cpu cpu) {
    return cpu.get(indexRegister) << scale;
  }

  private long general(Cpu cpu) {
    return linear(cpu, indexed(cpu));
  }

  /** The offset inside the segment, as LEA stores it. */
  final long effective(Cpu cpu) {
    long offset = indexed(cpu);
    return address32 ? offset & 0xffffffffL : offset;
  }

  /** Adds the segment base to an offset and cuts it to the address size. */
  final long linear(Cpu cpu, long offset) {
    long segment = HostMemory.getLong(cpu.state + segmentBase);
    if (!address32) {
      return offset + segment;
    }
    long linear = (offset & 0xffffffffL) + segment;
    return cpu.longMode ? linear : linear & 0xffffffffL;
  }
}
