package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;

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

  /** Bytes of the address: 2, 4 or 8. */
  byte addressSize;

  /** In compatibility mode: segment, bytes and direction of the access to memory. */
  byte accessSegment;

  short accessSize;
  boolean accessStores;

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

  /** Whether the segment is to be looked at in compatibility mode even if segments are flat. */
  final boolean isLimited() {
    return accessSegment == CpuState.CS || accessSegment >= CpuState.FS;
  }

  /** Says what memory an instruction accesses that has no memory operand. */
  public final void accesses(int bytes, boolean store) {
    accessSize = (short) bytes;
    accessStores = store;
  }

  /** The offset inside the segment, as LEA stores it. */
  final long effective(Cpu cpu) {
    long offset = indexed(cpu);
    return addressSize == 8 ? offset : Width.zeroExtend(offset, addressSize);
  }

  /** Cuts an offset to the address size and adds the segment base; checks the segment's limit. */
  final long linear(Cpu cpu, long offset) {
    if (addressSize == 8) {
      return offset + cpu.get(segmentBase);
    }
    long cut = Width.zeroExtend(offset, addressSize);
    return cpu.longMode ? cut + cpu.get(segmentBase) : cpu.segments.linear(this, cut, accessStores);
  }
}
