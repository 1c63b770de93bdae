package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** Shifts and rotates of a register by an immediate or CL. */
final class ShiftOp extends OperandOp implements Template.Prototype {
  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int OPERATION = SHAPE & 7;
  private static final int SIZE = 1 << (SHAPE >> 3 & 3);
  private static final boolean IMMEDIATE = (SHAPE & 1 << 5) != 0;

  @Override
  public OperandOp fresh() {
    return new ShiftOp();
  }

  private int count(Cpu cpu) {
    return IMMEDIATE ? (int) immediate : Shifts.mask(ModifyOp.cl(cpu), SIZE);
  }

  @Override
  protected Block exec(Cpu cpu) {
    long value = cpu.register(target, SIZE);
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
}
