package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** IMUL with two or three operands, to a register. */
final class ImulOp extends OperandOp implements Template.Prototype {
  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int SIZE = 1 << (SHAPE & 3);

  private static final int KIND = SIZE == 8 ? LazyFlags.PRODUCT64 : LazyFlags.PRODUCT;

  /** 0 for a register, 1 + address form for memory. */
  private static final int SOURCE = SHAPE >> 2 & 3;

  /** The other factor is the immediate, not the destination. */
  private static final boolean IMMEDIATE = (SHAPE & 1 << 4) != 0;

  /** Bit of the shape: nobody sees the flags. */
  static final int QUIET = 1 << 5;

  private static final boolean FLAGS = (SHAPE & QUIET) == 0;

  @Override
  public OperandOp fresh() {
    return new ImulOp();
  }

  @Override
  OperandOp withoutFlags() {
    return Templates.quietImul(SHAPE).like(this);
  }

  @Override
  protected Block exec(Cpu cpu) {
    long a;
    if (SOURCE == 0) {
      a = cpu.register(source, SIZE);
    } else {
      a = cpu.load(address(cpu, SOURCE - 1), SIZE, this);
    }
    long b = IMMEDIATE ? immediate : cpu.register(target, SIZE);
    long result = Width.extend(a * b, SIZE);
    cpu.register(target, SIZE, result);
    if (FLAGS) {
      LazyFlags.set(cpu, KIND, a, b, result);
    }
    return next.exec(cpu);
  }
}
