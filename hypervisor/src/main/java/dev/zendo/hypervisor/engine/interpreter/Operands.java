package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.InsnTable.Row;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/** Turns the operands of a decoded instruction into the fields of an {@link OperandOp}. */
public final class Operands {
  private Operands() {}

  /** Whether an operand is memory given by ModRM or an absolute address. */
  public static boolean isMemory(Insn insn, int operand) {
    return insn.kind[operand] == OperandKind.MEM;
  }

  /** Whether an operand is a general register. */
  static boolean isRegister(Insn insn, int operand) {
    return insn.kind[operand] == OperandKind.GPR || insn.kind[operand] == OperandKind.GPR8_HIGH;
  }

  /** Offset of a register operand in the state block, whatever kind of register it is. */
  public static int offset(Insn insn, int operand) {
    int number = insn.register[operand];
    switch (insn.kind[operand]) {
      case GPR:
        return CpuState.GPR + 8 * number;
      case GPR8_HIGH:
        return CpuState.GPR + 8 * number + 1;
      case SREG:
        return CpuState.SELECTORS + 4 * number;
      case XMM:
        return CpuState.XMM + 16 * number;
      case MMX:
        return CpuState.ST + 16 * number;
      default:
        return CpuState.ZERO;
    }
  }

  /** Fills in the memory operand, if there is one. */
  public static void memory(OperandOp op, Insn insn, long rip) {
    op.stack = insn.stackSegment();
    op.segmentBase = (short) segmentBase(insn);
    op.scale = (byte) insn.scale;
    op.displacement = insn.displacement;
    op.base = register(insn.base);
    op.indexRegister = register(insn.index);
    op.addressSize = (byte) insn.addressSize;
    limits(op, insn);
    if (insn.base == Insn.RIP) {
      op.displacement += rip + insn.length;
    }
    op.form = (byte) form(insn);
    if (op.form != OperandOp.GENERAL && op.segmentBase != CpuState.ZERO) {
      placeSegmentBase(op);
    }
  }

  /** Fills in what compatibility mode checks of an access. */
  private static void limits(OperandOp op, Insn insn) {
    int operand = insn.memoryOperand();
    op.accessSegment = (byte) segment(insn);
    op.accessSize = (short) (operand < 0 ? 1 : Math.max(1, insn.size[operand]));
    op.accessStores = operand >= 0 && (insn.row.access(operand) & Row.WRITE) != 0;
  }

  private static int segment(Insn insn) {
    if (insn.segment >= 0) {
      return insn.segment;
    }
    return insn.stackSegment() ? CpuState.SS : CpuState.DS;
  }

  /** Offset of the field that holds the base of the instruction's segment. */
  static int segmentBase(Insn insn) {
    if (!insn.longMode) {
      return SegmentCache.baseField(segment(insn));
    }
    if (insn.segment == CpuState.FS) {
      return CpuState.FS_BASE;
    }
    return insn.segment == CpuState.GS ? CpuState.GS_BASE : CpuState.ZERO;
  }

  /** Puts the segment base where a register is free. */
  private static void placeSegmentBase(OperandOp op) {
    if (op.base == CpuState.ZERO) {
      op.base = op.segmentBase;
    } else {
      op.indexRegister = op.segmentBase;
      op.scale = 0;
    }
    op.segmentBase = CpuState.ZERO;
  }

  private static short register(int number) {
    return number == Insn.NO_REGISTER || number == Insn.RIP
        ? (short) CpuState.ZERO
        : (short) (CpuState.GPR + 8 * number);
  }

  /** Address form of the memory operand of an instruction. */
  static int form(Insn insn) {
    if (insn.addressSize != 8) {
      return OperandOp.GENERAL;
    }
    boolean indexed = insn.index != Insn.NO_REGISTER;
    boolean based = insn.base != Insn.NO_REGISTER && insn.base != Insn.RIP;
    if (insn.segment != CpuState.FS && insn.segment != CpuState.GS) {
      return indexed ? OperandOp.INDEXED : OperandOp.BASE;
    }
    if (based && indexed) {
      return OperandOp.GENERAL;
    }
    return based || indexed ? OperandOp.INDEXED : OperandOp.BASE;
  }

  /** Kind of an operand as {@link AluOp} numbers them. */
  static int kind(Insn insn, int operand) {
    if (isMemory(insn, operand)) {
      return AluOp.MEMORY + form(insn);
    }
    return isRegister(insn, operand) ? AluOp.REGISTER : AluOp.IMMEDIATE;
  }

  /** Fills in registers (first to target, second to source), memory and the immediate. */
  static <T extends OperandOp> T fill(T op, Insn insn, long rip) {
    memory(op, insn, rip);
    op.target = (short) offset(insn, 0);
    op.source = (short) offset(insn, insn.operandCount > 1 ? 1 : 0);
    op.immediate = insn.immediate;
    return op;
  }
}
