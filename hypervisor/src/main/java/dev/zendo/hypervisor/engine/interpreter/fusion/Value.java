package dev.zendo.hypervisor.engine.interpreter.fusion;

import org.objectweb.asm.Type;

/** What is known of a value on the operand stack while code is specialised. Immutable. */
final class Value {
  /** Where a value is. */
  enum Kind {
    /** On the JVM's stack: the code that computes it has been written. */
    COMPUTED,
    /** An int or a long that is known. */
    NUMBER,
    /** An object that is known. */
    OBJECT,
    /** In a local variable. */
    LOCAL,
    /** An address in the argument's block of registers. */
    ADDRESS,
    /** The link of the object that is being fused. */
    LINK,
    /** What the chain's next object will return. */
    CONTINUATION
  }

  /** The only values of their kind. */
  static final Value LINK = new Value(Kind.LINK, 'A', null, 0, null);

  static final Value CONTINUATION = new Value(Kind.CONTINUATION, 'A', null, 0, null);

  final Kind kind;

  /** I, J, F, D or A. */
  final char type;

  /** The number or object that is known. */
  final Object constant;

  /** What is known of a computed value, null when that is nothing. */
  private final Value origin;

  /** Index of the local variable; of an address, the offset. */
  final int local;

  private Value(Kind kind, char type, Object constant, int local, Value origin) {
    this.kind = kind;
    this.type = type;
    this.constant = constant;
    this.local = local;
    this.origin = origin;
  }

  static Value computed(char type) {
    return new Value(Kind.COMPUTED, type, null, 0, null);
  }

  /** The same value after the code that computes it was written; what was known stays known. */
  Value settled() {
    return new Value(Kind.COMPUTED, type, null, 0, kind == Kind.LOCAL ? null : this);
  }

  /** The value as it was before it was computed, if that is known, otherwise itself. */
  Value known() {
    return origin == null ? this : origin;
  }

  static Value of(int number) {
    return new Value(Kind.NUMBER, 'I', number, 0, null);
  }

  static Value of(long number) {
    return new Value(Kind.NUMBER, 'J', number, 0, null);
  }

  static Value object(Object object) {
    return new Value(Kind.OBJECT, 'A', object, 0, null);
  }

  static Value local(char type, int index) {
    return new Value(Kind.LOCAL, type, null, index, null);
  }

  /** The address of the byte at an offset in the block of registers. */
  static Value address(int offset) {
    return new Value(Kind.ADDRESS, 'J', null, offset, null);
  }

  /** Whether another value, which may be null, is known to be the same number. */
  boolean isSameNumber(Value other) {
    return other != null && kind == Kind.NUMBER && constant.equals(other.constant);
  }

  boolean isInt() {
    return kind == Kind.NUMBER && type == 'I';
  }

  boolean isLong() {
    return kind == Kind.NUMBER && type == 'J';
  }

  int asInt() {
    return (Integer) constant;
  }

  long asLong() {
    return (Long) constant;
  }

  /** Stack slots. */
  int slots() {
    return slots(type);
  }

  static int slots(char type) {
    return type == 'J' || type == 'D' ? 2 : 1;
  }

  /** The letter for a type of a descriptor. */
  static char letter(Type type) {
    switch (type.getSort()) {
      case Type.LONG:
        return 'J';
      case Type.FLOAT:
        return 'F';
      case Type.DOUBLE:
        return 'D';
      case Type.OBJECT:
      case Type.ARRAY:
        return 'A';
      default:
        return 'I';
    }
  }

  /** The instruction of a family (ILOAD or ISTORE) for a type. */
  static int opcode(int family, char type) {
    return family + "IJFDA".indexOf(type);
  }

  /** The type that a load, store or return instruction moves. */
  static char typeOf(int opcode, int family) {
    return "IJFDA".charAt(opcode - family);
  }
}
