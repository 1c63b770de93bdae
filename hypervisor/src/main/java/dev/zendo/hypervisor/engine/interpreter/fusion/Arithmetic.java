package dev.zendo.hypervisor.engine.interpreter.fusion;

import org.objectweb.asm.Opcodes;

/** What instructions do with numbers that are known. */
final class Arithmetic {
  private Arithmetic() {}

  /** Operands of an instruction that only computes; 0 for any other. */
  static int arity(int opcode) {
    if (opcode >= Opcodes.IADD && opcode <= Opcodes.DREM
        || opcode >= Opcodes.ISHL && opcode <= Opcodes.LXOR
        || opcode >= Opcodes.LCMP && opcode <= Opcodes.DCMPG) {
      return 2;
    }
    return opcode >= Opcodes.INEG && opcode <= Opcodes.DNEG
            || opcode >= Opcodes.I2L && opcode <= Opcodes.I2S
        ? 1
        : 0;
  }

  /** Type of the result of an instruction that only computes. */
  static char result(int opcode) {
    if (opcode >= Opcodes.IADD && opcode <= Opcodes.DNEG) {
      return "IJFD".charAt(opcode - Opcodes.IADD & 3);
    }
    if (opcode >= Opcodes.ISHL && opcode <= Opcodes.LXOR) {
      return "IJ".charAt(opcode - Opcodes.ISHL & 1);
    }
    switch (opcode) {
      case Opcodes.I2L:
      case Opcodes.F2L:
      case Opcodes.D2L:
        return 'J';
      case Opcodes.I2F:
      case Opcodes.L2F:
      case Opcodes.D2F:
        return 'F';
      case Opcodes.I2D:
      case Opcodes.L2D:
      case Opcodes.F2D:
        return 'D';
      default:
        return 'I';
    }
  }

  /** The result for known operands; null when the instruction is not worth knowing. */
  static Value fold(int opcode, Value a, Value b) {
    if (a.isInt() && b.isInt()) {
      return ints(opcode, a.asInt(), b.asInt());
    }
    return a.isLong() && b.isLong() ? longs(opcode, a.asLong(), b.asLong()) : null;
  }

  private static Value ints(int opcode, int a, int b) {
    switch (opcode) {
      case Opcodes.IADD:
        return Value.of(a + b);
      case Opcodes.ISUB:
        return Value.of(a - b);
      case Opcodes.IAND:
        return Value.of(a & b);
      case Opcodes.IOR:
        return Value.of(a | b);
      case Opcodes.IXOR:
        return Value.of(a ^ b);
      case Opcodes.ISHL:
        return Value.of(a << b);
      case Opcodes.ISHR:
        return Value.of(a >> b);
      case Opcodes.IUSHR:
        return Value.of(a >>> b);
      case Opcodes.IMUL:
        return Value.of(a * b);
      default:
        return null;
    }
  }

  private static Value longs(int opcode, long a, long b) {
    switch (opcode) {
      case Opcodes.LADD:
        return Value.of(a + b);
      case Opcodes.LSUB:
        return Value.of(a - b);
      case Opcodes.LAND:
        return Value.of(a & b);
      case Opcodes.LOR:
        return Value.of(a | b);
      case Opcodes.LXOR:
        return Value.of(a ^ b);
      case Opcodes.LCMP:
        return Value.of(Long.compare(a, b));
      default:
        return null;
    }
  }

  /** The result for one known operand; null when the instruction is not worth knowing. */
  static Value fold(int opcode, Value a) {
    if (a.isInt()) {
      return convertInt(opcode, a.asInt());
    }
    return a.isLong() && opcode == Opcodes.L2I ? Value.of((int) a.asLong()) : null;
  }

  private static Value convertInt(int opcode, int a) {
    switch (opcode) {
      case Opcodes.INEG:
        return Value.of(-a);
      case Opcodes.I2L:
        return Value.of((long) a);
      case Opcodes.I2B:
        return Value.of((byte) a);
      case Opcodes.I2S:
        return Value.of((short) a);
      case Opcodes.I2C:
        return Value.of((char) a);
      default:
        return null;
    }
  }

  /** Whether the second operand, when it is zero, leaves the first as it is. */
  static boolean isNeutralZero(int opcode) {
    return opcode == Opcodes.LADD || opcode == Opcodes.LSUB || opcode == Opcodes.IADD;
  }

  /** Whether a conditional jump of one int is taken. */
  static boolean jumps(int opcode, int a) {
    return compare(opcode - Opcodes.IFEQ, a, 0);
  }

  /** Whether a conditional jump of two ints is taken. */
  static boolean jumps(int opcode, int a, int b) {
    return compare(opcode - Opcodes.IF_ICMPEQ, a, b);
  }

  /** EQ, NE, LT, GE, GT, LE: the order of both families of opcodes. */
  private static boolean compare(int relation, int a, int b) {
    switch (relation) {
      case 0:
        return a == b;
      case 1:
        return a != b;
      case 2:
        return a < b;
      case 3:
        return a >= b;
      case 4:
        return a > b;
      default:
        return a <= b;
    }
  }
}
