package dev.zendo.hypervisor.engine.interpreter;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A class of ops that is written once and specialised per operand shape.
 *
 * <p>The template reads its shape (operation, operand size, operand kinds, packed into an int) into
 * static finals. Each shape in use gets a hidden class of its own made from the template's class
 * file, so that the JIT compiler sees the shape as constants and each shape has its own code, as if
 * hundreds of small classes had been written by hand. Thread-safe.
 */
final class Template<T extends OperandOp> {
  private final Class<T> base;
  private final Class<? extends T> template;
  private final OperandOp[] prototypes;
  private byte[] classFile;

  /** How a specialised class makes ops of itself. */
  interface Prototype {
    /** A new op of the same shape. */
    OperandOp fresh();
  }

  /**
   * A template.
   *
   * @param base superclass of the template, and of all its specialisations
   * @param template the class to specialise; implements {@link Prototype}
   * @param shapes number of shapes
   */
  Template(Class<T> base, Class<? extends T> template, int shapes) {
    this.base = base;
    this.template = template;
    this.prototypes = new OperandOp[shapes];
  }

  /** The shape of the class whose initialiser calls it; 0 for the template itself. */
  static int shape(MethodHandles.Lookup lookup) {
    try {
      Integer shape = MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, Integer.class);
      return shape == null ? 0 : shape;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new op of a shape. */
  @SuppressWarnings("unchecked") // define checked it; Class.cast is a call into the JVM for C1
  T create(int shape) {
    OperandOp prototype = prototypes[shape];
    if (prototype == null) {
      prototype = specialise(shape);
    }
    return (T) ((Prototype) prototype).fresh();
  }

  private synchronized OperandOp specialise(int shape) {
    if (prototypes[shape] == null) {
      OperandOp prototype = define(shape);
      VarHandle.storeStoreFence();
      prototypes[shape] = prototype;
    }
    return prototypes[shape];
  }

  private T define(int shape) {
    try {
      if (classFile == null) {
        classFile = read();
      }
      Class<?> hidden =
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(classFile, (Integer) shape, true)
              .lookupClass();
      return base.cast(hidden.getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot specialise " + template + " for shape " + shape, e);
    }
  }

  private byte[] read() {
    String name = template.getSimpleName() + ".class";
    try (InputStream in = template.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
