package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** Conditional jump on the lazy flags. */
final class JccOp extends BranchOp implements Template.Prototype {
  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int CONDITION = SHAPE & 15;

  /** The block goes on behind the branch. */
  private static final boolean INNER = (SHAPE & 1 << 4) != 0;

  @Override
  public OperandOp fresh() {
    return new JccOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    if (!LazyFlags.test(cpu, CONDITION)) {
      return INNER ? next.exec(cpu) : fallThrough(cpu);
    }
    return INNER ? exit(cpu) : taken(cpu);
  }
}
