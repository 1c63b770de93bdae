package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.objectweb.asm.Type;

/**
 * What links the objects to be fused: an abstract class with a method of one argument that ends
 * with {@code return link.method(argument)}, where {@code link} is a field of that class.
 */
public final class Chain {
  final MethodHandles.Lookup lookup;
  final String link;
  final String method;
  final String base;
  final String argument;
  final String descriptor;
  final Registers registers;

  /**
   * A kind of chain.
   *
   * @param lookup full access to the package of the base class
   * @param link name of the field that holds the next object
   * @param method name of the method
   * @param type its argument and result
   * @param registers registers that the argument has
   */
  public Chain(
      MethodHandles.Lookup lookup,
      String link,
      String method,
      MethodType type,
      Registers registers) {
    this.lookup = lookup;
    this.link = link;
    this.method = method;
    this.registers = registers;
    this.base = Type.getInternalName(lookup.lookupClass());
    this.argument = Type.getInternalName(type.parameterType(0));
    this.descriptor = type.toMethodDescriptorString();
  }

  /**
   * Registers in raw memory, 8 bytes each, which only the code in the chain and what it calls use.
   *
   * @param field long field of the argument that holds their address
   * @param count number of registers
   * @param access class whose static methods getLong, putLong and so on use raw memory; of its
   *     other methods those called get... but not getAnd... store nothing
   */
  public record Registers(String field, int count, Class<?> access) {
    String accessName() {
      return Type.getInternalName(access);
    }
  }

  Class<?> baseClass() {
    return lookup.lookupClass();
  }

  /** Internal name of the classes made. */
  String fusedName() {
    return base.substring(0, base.lastIndexOf('/') + 1) + "Fused";
  }
}
