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
    long value =
        SOURCE == 0 ? cpu.register(source, SIZE) : cpu.load(address(cpu, SOURCE - 1), SIZE, this);
    if (LazyFlags.test(cpu, CONDITION)) {
      cpu.register(target, SIZE, value);
    } else if (SIZE == 4) {
      cpu.register(target, 4, cpu.register(target, 4));
    }
    return next.exec(cpu);
  }
}
