package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.lang.invoke.MethodHandles;

/** A part of the tests' chains. */
public abstract class Link {
  /** Where a chain ended. */
  public enum Outcome {
    END,
    ODD,
    TWO,
    NEGATIVE,
    TERNARY,
    EXCEPTION
  }

  Link next;

  static MethodHandles.Lookup lookup() {
    return MethodHandles.lookup();
  }

  /** Does this and all after it; says where it ended. */
  protected abstract Outcome exec(Machine m);

  protected final Outcome proceed(Machine m) {
    return next.exec(m);
  }

  static final class End extends Link {
    @Override
    protected Outcome exec(Machine m) {
      m.count++;
      return Outcome.END;
    }
  }

  /** Adds a number to a register. */
  static final class Add extends Link {
    private final int register;
    private final long number;

    Add(int register, long number) {
      this.register = register;
      this.number = number;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.put(register, m.get(register) + number);
      return next.exec(m);
    }
  }

  /** Mixes a register into another. */
  static final class Mix extends Link {
    private final int from;
    private final int to;

    Mix(int from, int to) {
      this.from = from;
      this.to = to;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.put(to, m.get(to) * 31 ^ m.get(from));
      return proceed(m);
    }
  }

  /** Leaves the chain when a register is odd. */
  static final class LeaveWhenOdd extends Link {
    private final int register;

    LeaveWhenOdd(int register) {
      this.register = register;
    }

    @Override
    protected Outcome exec(Machine m) {
      if ((m.get(register) & 1) != 0) {
        m.wide = register;
        return Outcome.ODD;
      }
      return next.exec(m);
    }
  }

  /** Cannot be joined. */
  static final class Loop extends Link {
    @Override
    protected Outcome exec(Machine m) {
      for (int i = 0; i < 3; i++) {
        m.put(0, m.get(0) + i);
      }
      return next.exec(m);
    }
  }

  /** Stands where nobody should come. */
  static final class Unreachable extends Link {
    @Override
    protected Outcome exec(Machine m) {
      throw new AssertionError("a joined object was called by itself");
    }
  }
}
