package dev.zendo.hypercalls.layout;

/**
 * One member of a {@link Layout}: where it lies in the structure. The implementations add typed
 * access to a {@link dev.zendo.hypercalls.Memory}; they allocate nothing and check nothing about
 * the address.
 */
public sealed interface Field
    permits U8, U16, U32, U64, S8, S16, S32, Bytes, U32Array, U64Array, Nested {
  /** The C name of the member, with the names of enclosing unions before it, separated by dots. */
  String name();

  /** Distance in bytes from the start of the outermost structure. */
  int offset();

  /** Size in bytes. */
  int size();
}
