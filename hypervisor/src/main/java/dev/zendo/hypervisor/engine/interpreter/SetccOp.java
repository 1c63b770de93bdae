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
    cpu.register(target, 1, LazyFlags.test(cpu, CONDITION) ? 1 : 0);
    return next.exec(cpu);
  }
}
