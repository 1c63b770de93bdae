package dev.zendo.hypervisor.engine.interpreter.fusion.foreign;

import dev.zendo.hypervisor.engine.interpreter.fusion.Link;
import dev.zendo.hypervisor.engine.interpreter.fusion.Machine;

/** Makes objects whose classes the chain's package cannot name. */
public final class Foreign {
  private Foreign() {}

  /** Uses nothing that is hidden. */
  public static Link plain() {
    return new Plain(5);
  }

  /** Uses a public field of a class that is not public. */
  public static Link field() {
    return new UsesField();
  }

  /** Uses a public static field of such a class. */
  public static Link staticField() {
    return new UsesStaticField();
  }

  /** Uses a public static method of such a class. */
  public static Link method() {
    return new UsesMethod();
  }

  /** Casts to such a class. */
  public static Link cast() {
    return new Casts();
  }

  static final class Holder {
    public static long number = 3;

    public final long[] numbers = {5, 7};

    private Holder() {}

    public static long branchy(long value) {
      return value < 0 ? 3 : value * 5;
    }
  }

  private static final class Plain extends Link {
    private final int number;

    Plain(int number) {
      this.number = number;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.wide += m.get(0) * number;
      m.put(1, m.wide);
      return proceed(m);
    }
  }

  static final class UsesField extends Link {
    public final Holder holder = new Holder();

    @Override
    protected Outcome exec(Machine m) {
      m.wide += m.get(0) * java.util.Arrays.hashCode(holder.numbers);
      return proceed(m);
    }
  }

  private static final class UsesStaticField extends Link {
    @Override
    protected Outcome exec(Machine m) {
      m.wide += m.get(0) * Holder.number;
      return proceed(m);
    }
  }

  private static final class UsesMethod extends Link {
    @Override
    protected Outcome exec(Machine m) {
      m.wide += Holder.branchy(m.get(0));
      return proceed(m);
    }
  }

  private static final class Casts extends Link {
    private static final Object HOLDER = new Holder();

    @Override
    protected Outcome exec(Machine m) {
      m.put(0, m.get(1) + (((Holder) object()).hashCode() & 0));
      return proceed(m);
    }

    private static Object object() {
      return Foreign.holder();
    }
  }

  /** An object of a class that is not public. */
  public static Object holder() {
    return Casts.HOLDER;
  }
}
