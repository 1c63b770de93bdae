package dev.zendo.hypervisor.engine.interpreter.fusion;

import dev.zendo.hypervisor.engine.interpreter.fusion.foreign.Foreign;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingSupplier;

/** What joined code may not name is left out of it. */
class AccessTest {
  private static void expectJoined(Link middle) {
    Chains.expectJoined(
        new Link.Add(0, 1), new Link.Mix(1, 0), middle, new Link.Mix(2, 1), new Link.End());
  }

  /** The object is called by itself, and all others are joined. */
  private static void expectLeftOut(Link middle) {
    Chains.expectJoined(
        List.of(new Chains.Range(0, 3), new Chains.Range(4, 7)),
        new Link.Add(0, 1),
        new Link.Mix(1, 0),
        new Link.LeaveWhenOdd(1),
        middle,
        new Link.Mix(2, 1),
        new Link.Mix(0, 2),
        new Link.End());
  }

  /** An object of a hidden class that is made from the file of another. */
  private static Link hidden(Class<? extends Link> template) throws Throwable {
    try (InputStream in = template.getResourceAsStream(simpleFileName(template))) {
      return template
          .getSuperclass()
          .asSubclass(Link.class)
          .cast(define(in).getDeclaredConstructor().newInstance());
    }
  }

  private static String simpleFileName(Class<?> type) {
    return type.getName().substring(type.getPackageName().length() + 1) + ".class";
  }

  private static Class<?> define(InputStream in) throws IOException, IllegalAccessException {
    return MethodHandles.lookup().defineHiddenClass(in.readAllBytes(), true).lookupClass();
  }

  private static <T> T get(ThrowingSupplier<T> supplier) {
    try {
      return supplier.get();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void numbersOfHiddenClasses() {
    expectJoined(get(() -> hidden(Numbers.class)));
  }

  /** Has constants of its own class and of the object, and a method of each kind. */
  static final class Numbers extends Link {
    private static final long SHAPE = Long.parseLong("12345");

    private final int number = (int) SHAPE * 3;

    @Override
    protected Outcome exec(Machine m) {
      m.put(1, mix(m) * SHAPE + fixed(m.get(2)));
      return proceed(m);
    }

    private long mix(Machine m) {
      return m.get(0) + number;
    }

    private static long fixed(long value) {
      return value ^ SHAPE;
    }
  }

  @Test
  void objectsInFieldsOfASuperclass() {
    expectJoined(new Inherits());
    expectJoined(get(() -> hidden(Inherits.class)));
  }

  /** Has an object in a field. */
  abstract static class Holds extends Link {
    Holds helper = this;
    int weight = 5;

    long branchy(Machine m) {
      return m.get(0) < 0 ? m.get(1) : m.get(2) + weight;
    }
  }

  static final class Inherits extends Holds {
    @Override
    protected Outcome exec(Machine m) {
      m.put(1, helper.branchy(m) + helper.weight);
      return next.exec(m);
    }
  }

  @Test
  void objectsInFieldsOfHiddenClasses() {
    expectJoined(new OwnObject());
    expectLeftOut(get(() -> hidden(OwnObject.class)));
  }

  static final class OwnObject extends Link {
    final Integer object = 7777;

    @Override
    protected Outcome exec(Machine m) {
      m.put(1, m.get(1) + object);
      return next.exec(m);
    }
  }

  @Test
  void privateObjects() {
    expectLeftOut(new PrivateObject());
    expectLeftOut(new PrivateMethod());
  }

  private static final class PrivateObject extends Link {
    private final Integer object = 7777;

    @Override
    protected Outcome exec(Machine m) {
      m.put(1, m.get(1) + object);
      return next.exec(m);
    }
  }

  private static final class PrivateMethod extends Link {
    @Override
    protected Outcome exec(Machine m) {
      m.put(1, branchy(m.get(1)));
      return next.exec(m);
    }

    private static long branchy(long value) {
      return value < 0 ? 3 : value * 5;
    }
  }

  @Test
  void classesOfOtherPackages() {
    expectJoined(Foreign.plain());
    expectLeftOut(Foreign.field());
    expectLeftOut(Foreign.staticField());
    expectLeftOut(Foreign.method());
    expectLeftOut(Foreign.cast());
  }
}
