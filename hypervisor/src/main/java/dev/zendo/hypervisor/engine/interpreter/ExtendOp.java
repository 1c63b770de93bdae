package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** MOVZX, MOVSX and MOVSXD. */
final class ExtendOp extends OperandOp implements Template.Prototype {
  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int FROM = 1 << (SHAPE & 3);
  private static final int TO = 1 << (SHAPE >> 2 & 3);
  private static final boolean SIGNED = (SHAPE & 1 << 4) != 0;

  /** 0 for a register, 1 + address form for memory. */
  private static final int SOURCE = SHAPE >> 5 & 3;

  @Override
  public OperandOp fresh() {
    return new ExtendOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    long value;
    if (SOURCE == 0) {
      value = cpu.register(source, FROM);
    } else {
      value = cpu.load(address(cpu, SOURCE - 1), FROM, this);
    }
    if (!SIGNED) {
      value = Width.zeroExtend(value, FROM);
    }
    cpu.register(target, TO, value);
    return next.exec(cpu);
  }
}
