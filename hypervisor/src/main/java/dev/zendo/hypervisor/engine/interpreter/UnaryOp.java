package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** INC, DEC, NEG and NOT of a register. */
final class UnaryOp extends OperandOp implements Template.Prototype {
  static final int INC = 0;
  static final int DEC = 1;
  static final int NEG = 2;
  static final int NOT = 3;

  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int OPERATION = SHAPE & 3;
  private static final int SIZE = 1 << (SHAPE >> 2 & 3);

  /** Bit of the shape: nobody sees the flags. */
  static final int QUIET = 1 << 4;

  private static final boolean FLAGS = (SHAPE & QUIET) == 0;

  @Override
  public OperandOp fresh() {
    return new UnaryOp();
  }

  @Override
  OperandOp withoutFlags() {
    return Templates.quietUnary(SHAPE).like(this);
  }

  @Override
  protected Block exec(Cpu cpu) {
    long a = cpu.register(target, SIZE);
    long r;
    switch (OPERATION) {
      case INC:
        r = Width.extend(a + 1, SIZE);
        if (FLAGS) {
          LazyFlags.set(cpu, LazyFlags.INC, a, LazyFlags.carryBit(cpu), r);
        }
        break;
      case DEC:
        r = Width.extend(a - 1, SIZE);
        if (FLAGS) {
          LazyFlags.set(cpu, LazyFlags.DEC, a, LazyFlags.carryBit(cpu), r);
        }
        break;
      case NEG:
        r = Width.extend(-a, SIZE);
        if (FLAGS) {
          LazyFlags.set(cpu, LazyFlags.SUB, 0, a, r);
        }
        break;
      default:
        r = ~a;
        break;
    }
    cpu.register(target, SIZE, r);
    return next.exec(cpu);
  }
}
