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
    long value =
        SOURCE == 0 ? cpu.register(source, FROM) : cpu.load(address(cpu, SOURCE - 1), FROM, this);
    cpu.register(target, TO, SIGNED ? value : Width.zeroExtend(value, FROM));
    return next.exec(cpu);
  }
}
