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
    boolean holds;
    if (CONDITION >> 1 == LazyFlags.CARRY) {
      holds = LazyFlags.carryBit(cpu) != (CONDITION & 1);
    } else {
      holds = LazyFlags.test(cpu, CONDITION);
    }
    if (!holds) {
      if (INNER) {
        return next.exec(cpu);
      }
      return fallThrough(cpu);
    }
    if (INNER) {
      return exit(cpu);
    }
    return taken(cpu);
  }
}
