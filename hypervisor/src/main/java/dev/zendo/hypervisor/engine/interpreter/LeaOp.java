package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** LEA. */
final class LeaOp extends OperandOp implements Template.Prototype {
  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int SIZE = 1 << (SHAPE & 3);
  private static final int FORM = SHAPE >> 2;

  @Override
  public OperandOp fresh() {
    return new LeaOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    long value;
    if (FORM == GENERAL) {
      value = effective(cpu);
    } else {
      value = address(cpu, FORM);
    }
    cpu.register(target, SIZE, value);
    return next.exec(cpu);
  }
}
