package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** CMOVcc: the source is read and a 4-byte destination is cleared above whatever the condition. */
final class CmovOp extends OperandOp implements Template.Prototype {
  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int CONDITION = SHAPE & 15;
  private static final int SIZE = 1 << (SHAPE >> 4 & 3);

  /** 0 for a register, 1 + address form for memory. */
  private static final int SOURCE = SHAPE >> 6 & 3;

  @Override
  public OperandOp fresh() {
    return new CmovOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    long value;
    if (SOURCE == 0) {
      value = cpu.register(source, SIZE);
    } else {
      value = cpu.load(address(cpu, SOURCE - 1), SIZE, this);
    }
    boolean holds;
    if (CONDITION >> 1 == LazyFlags.CARRY) {
      holds = LazyFlags.carryBit(cpu) != (CONDITION & 1);
    } else {
      holds = LazyFlags.test(cpu, CONDITION);
    }
    if (holds) {
      cpu.register(target, SIZE, value);
    } else if (SIZE == 4) {
      cpu.register(target, 4, cpu.register(target, 4));
    }
    return next.exec(cpu);
  }
}
