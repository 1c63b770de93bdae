package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** Shifts and rotates of a register by an immediate or CL. */
final class ShiftOp extends OperandOp implements Template.Prototype {
  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int OPERATION = SHAPE & 7;
  private static final int SIZE = 1 << (SHAPE >> 3 & 3);
  private static final boolean IMMEDIATE = (SHAPE & 1 << 5) != 0;

  /** Bit of the shape: nobody sees the flags, and the count is a constant above zero. */
  static final int QUIET = 1 << 6;

  @Override
  public OperandOp fresh() {
    return new ShiftOp();
  }

  private int count(Cpu cpu) {
    return IMMEDIATE ? (int) immediate : Shifts.mask(ModifyOp.cl(cpu), SIZE);
  }

  @Override
  OperandOp withoutFlags() {
    return Templates.quietShift(SHAPE).like(this);
  }

  @Override
  protected Block exec(Cpu cpu) {
    long value = cpu.register(target, SIZE);
    if ((SHAPE & QUIET) != 0) {
      cpu.register(target, SIZE, shifted(value));
      return next.exec(cpu);
    }
    int count = count(cpu);
    if (count != 0) {
      switch (OPERATION) {
        case Shifts.SHL:
          value = Shifts.shl(cpu, SIZE, value, count);
          break;
        case Shifts.SHR:
          value = Shifts.shr(cpu, SIZE, value, count);
          break;
        case Shifts.SAR:
          value = Shifts.sar(cpu, value, count);
          break;
        default:
          value = Shifts.apply(cpu, OPERATION, SIZE, value, count);
          break;
      }
    }
    cpu.register(target, SIZE, value);
    return next.exec(cpu);
  }

  private long shifted(long value) {
    if (OPERATION == Shifts.SHL) {
      return value << immediate;
    }
    return OPERATION == Shifts.SAR
        ? value >> immediate
        : Width.zeroExtend(value, SIZE) >>> immediate;
  }
}
