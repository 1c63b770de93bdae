package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** CMP or TEST fused with the conditional jump after it; flags are set all the same. */
final class CompareBranchOp extends BranchOp implements Template.Prototype {
  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int CONDITION = SHAPE & 15;
  private static final int PAIR = CONDITION >> 1;
  private static final int AFTER_TEST = 8;
  private static final int SIZE = 1 << (SHAPE >> 4 & 3);
  private static final int LEFT = SHAPE >> 6 & 7;
  private static final int RIGHT = SHAPE >> 9 & 7;
  private static final boolean COMPARE = (SHAPE & 1 << 12) != 0;
  private static final int TEST = COMPARE ? PAIR : PAIR + AFTER_TEST;

  /** What the condition without its lowest bit must be for the branch to be taken. */
  private static final boolean WANTED = (CONDITION & 1) == 0;

  /** The block goes on behind the branch. */
  private static final boolean INNER = (SHAPE & 1 << 13) != 0;

  /** Bit of the shape: behind the branch nobody sees the flags, only where it leads. */
  static final int QUIET_BIT = 1 << 14;

  private static final boolean QUIET = (SHAPE & QUIET_BIT) != 0;

  /** Overflow and parity are computed from the flags. */
  private static final boolean NEEDS_FLAGS = PAIR == 0 || PAIR == 5;

  @Override
  public OperandOp fresh() {
    return new CompareBranchOp();
  }

  @Override
  OperandOp withoutFlags() {
    return INNER && !NEEDS_FLAGS ? Templates.quietCompareBranch(SHAPE).branchLike(this) : this;
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
    long r = COMPARE ? Width.extend(a - b, SIZE) : a & b;
    if (!QUIET) {
      if (COMPARE) {
        LazyFlags.set(cpu, LazyFlags.SUB, a, b, r);
      } else {
        LazyFlags.logic(cpu, r);
      }
    }
    // The condition without its lowest bit. All in one method: C1 inlines only small ones.
    boolean holds;
    switch (TEST) {
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
      case AFTER_TEST + 4:
      case AFTER_TEST + 6:
        holds = r < 0;
        break;
      case 6:
        holds = a < b;
        break;
      case 7:
        holds = a <= b;
        break;
      case AFTER_TEST:
      case AFTER_TEST + 1:
        holds = false;
        break;
      case AFTER_TEST + 2:
      case AFTER_TEST + 3:
        holds = r == 0;
        break;
      case AFTER_TEST + 7:
        holds = r <= 0;
        break;
      default:
        holds = LazyFlags.test(cpu, CONDITION & ~1);
        break;
    }
    if (holds != WANTED) {
      if (INNER) {
        return next.exec(cpu);
      }
      return fallThrough(cpu);
    }
    if (QUIET) {
      if (COMPARE) {
        LazyFlags.set(cpu, LazyFlags.SUB, a, b, r);
      } else {
        LazyFlags.logic(cpu, r);
      }
    }
    if (INNER) {
      return exit(cpu);
    }
    return taken(cpu);
  }
}
