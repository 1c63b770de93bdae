package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** SETcc to a register. */
final class SetccOp extends OperandOp implements Template.Prototype {
  private static final int CONDITION = Template.shape(MethodHandles.lookup());

  @Override
  public OperandOp fresh() {
    return new SetccOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    long bit;
    if (CONDITION >> 1 == LazyFlags.CARRY) {
      bit = LazyFlags.carryBit(cpu) ^ CONDITION & 1;
    } else {
      bit = LazyFlags.test(cpu, CONDITION) ? 1 : 0;
    }
    cpu.register(target, 1, bit);
    return next.exec(cpu);
  }
}
