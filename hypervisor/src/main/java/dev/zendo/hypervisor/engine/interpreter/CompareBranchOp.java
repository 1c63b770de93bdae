package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** CMP or TEST fused with the conditional jump after it; flags are set all the same. */
final class CompareBranchOp extends BranchOp implements Template.Prototype {
  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int CONDITION = SHAPE & 15;
  private static final int SIZE = 1 << (SHAPE >> 4 & 3);
  private static final int LEFT = SHAPE >> 6 & 7;
  private static final int RIGHT = SHAPE >> 9 & 7;
  private static final boolean COMPARE = (SHAPE & 1 << 12) != 0;

  /** The block goes on behind the branch. */
  private static final boolean INNER = (SHAPE & 1 << 13) != 0;

  @Override
  public OperandOp fresh() {
    return new CompareBranchOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    long a;
    if (LEFT == AluOp.REGISTER) {
      a = cpu.register(target, SIZE);
    } else {
      a = cpu.load(address(cpu, LEFT - AluOp.MEMORY), SIZE, this);
    }
    long b;
    if (RIGHT == AluOp.REGISTER) {
      b = cpu.register(source, SIZE);
    } else if (RIGHT == AluOp.IMMEDIATE) {
      b = immediate;
    } else {
      b = cpu.load(address(cpu, RIGHT - AluOp.MEMORY), SIZE, this);
    }
    boolean holds;
    if (COMPARE) {
      long r = Width.extend(a - b, SIZE);
      LazyFlags.set(cpu, LazyFlags.SUB, a, b, r);
      switch (CONDITION >> 1) {
        case 1:
          holds = a + Long.MIN_VALUE < b + Long.MIN_VALUE;
          break;
        case 2:
          holds = a == b;
          break;
        case 3:
          holds = a + Long.MIN_VALUE <= b + Long.MIN_VALUE;
          break;
        case 4:
          holds = r < 0;
          break;
        case 6:
          holds = a < b;
          break;
        case 7:
          holds = a <= b;
          break;
        default:
          holds = LazyFlags.test(cpu, CONDITION & ~1);
          break;
      }
    } else {
      long r = a & b;
      LazyFlags.logic(cpu, r);
      switch (CONDITION >> 1) {
        case 0:
        case 1:
          holds = false;
          break;
        case 2:
        case 3:
          holds = r == 0;
          break;
        case 4:
        case 6:
          holds = r < 0;
          break;
        case 7:
          holds = r <= 0;
          break;
        default:
          holds = LazyFlags.test(cpu, CONDITION & ~1);
          break;
      }
    }
    if (holds != ((CONDITION & 1) == 0)) {
      return INNER ? next.exec(cpu) : fallThrough(cpu);
    }
    if (INNER) {
      cpu.executed -= rest;
    }
    return taken(cpu);
  }
}
