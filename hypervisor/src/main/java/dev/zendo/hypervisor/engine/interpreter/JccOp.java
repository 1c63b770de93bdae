package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** Conditional jump on the lazy flags. */
final class JccOp extends BranchOp implements Template.Prototype {
  private static final int CONDITION = Template.shape(MethodHandles.lookup());

  @Override
  public OperandOp fresh() {
    return new JccOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    return LazyFlags.test(cpu, CONDITION) ? taken(cpu) : fallThrough(cpu);
  }
}
