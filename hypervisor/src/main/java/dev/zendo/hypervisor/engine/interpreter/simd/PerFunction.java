package dev.zendo.hypervisor.engine.interpreter.simd;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;

/**
 * Copies of an op class, one per function that it applies.
 *
 * <p>The class reads its function into a static final with {@link #function}. Each function in use
 * gets a hidden class of its own made from the op's class file, so that the JIT compiler sees the
 * function as a constant and inlines it. Thread-safe.
 */
final class PerFunction {
  private final Class<? extends Prototype> template;
  private final Object function;
  private volatile Prototype prototype;

  /** An op of a class that this makes copies of. */
  abstract static class Prototype extends FpuOp {
    /** A new op of the same class. */
    abstract Prototype fresh();
  }

  PerFunction(Class<? extends Prototype> template, Object function) {
    this.template = template;
    this.function = function;
  }

  /** The function of the class whose initialiser calls it; null for the template itself. */
  static <F> F function(MethodHandles.Lookup lookup, Class<F> type) {
    try {
      return MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, type);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new op without operands yet. */
  Prototype create() {
    Prototype known = prototype;
    if (known == null) {
      known = specialise();
    }
    return known.fresh();
  }

  private synchronized Prototype specialise() {
    if (prototype == null) {
      prototype = define();
    }
    return prototype;
  }

  private Prototype define() {
    String name = template.getSimpleName() + ".class";
    try (InputStream in = template.getResourceAsStream(name)) {
      MethodHandles.Lookup hidden =
          MethodHandles.lookup().defineHiddenClassWithClassData(in.readAllBytes(), function, true);
      return (Prototype) hidden.lookupClass().getDeclaredConstructor().newInstance();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot specialise " + template, e);
    }
  }
}
