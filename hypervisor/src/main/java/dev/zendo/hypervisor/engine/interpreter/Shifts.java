package dev.zendo.hypervisor.engine.interpreter;

import static dev.zendo.hypervisor.engine.x86.Flags.CF;
import static dev.zendo.hypervisor.engine.x86.Flags.OF;

/** Shifts and rotates with their flags; a count of zero changes no flag. */
final class Shifts {
  /** The processor's numbers of the operations. */
  static final int ROL = 0;

  static final int ROR = 1;
  static final int RCL = 2;
  static final int RCR = 3;
  static final int SHL = 4;
  static final int SHR = 5;
  static final int SAR = 7;

  private Shifts() {}

  /** The count that an operation uses: 6 bits for 8-byte operands, otherwise 5. */
  static int mask(int count, int size) {
    return count & (size == 8 ? 63 : 31);
  }

  /**
   * Shifts or rotates.
   *
   * @param value the operand, sign-extended
   * @param count already masked
   * @return the result, sign-extended
   */
  static long apply(Cpu cpu, int operation, int size, long value, int count) {
    if (count == 0) {
      return value;
    }
    switch (operation) {
      case SHL:
        return shl(cpu, size, value, count);
      case SHR:
        return shr(cpu, size, value, count);
      case SAR:
        return sar(cpu, value, count);
      default:
        return rotate(cpu, operation, size, value, count);
    }
  }

  static long shl(Cpu cpu, int size, long value, int count) {
    long result = Width.extend(value << count, size);
    int bits = size << 3;
    int carry = count <= bits ? (int) (value >>> bits - count) & 1 : 0;
    LazyFlags.result(cpu, result, carry | overflow(result < 0, carry));
    return result;
  }

  static long shr(Cpu cpu, int size, long value, int count) {
    long operand = Width.zeroExtend(value, size);
    long result = Width.extend(operand >>> count, size);
    int carry = (int) (operand >>> count - 1) & 1;
    LazyFlags.result(cpu, result, carry | (value < 0 ? OF : 0));
    return result;
  }

  static long sar(Cpu cpu, long value, int count) {
    long result = value >> count;
    LazyFlags.result(cpu, result, (int) (value >> count - 1) & 1);
    return result;
  }

  private static int overflow(boolean top, int carry) {
    return top != (carry != 0) ? OF : 0;
  }

  private static long rotate(Cpu cpu, int operation, int size, long value, int count) {
    switch (operation) {
      case ROL:
        return rol(cpu, size, value, count);
      case ROR:
        return ror(cpu, size, value, count);
      case RCL:
        return rcl(cpu, size, value, count);
      default:
        return rcr(cpu, size, value, count);
    }
  }

  private static long rotateLeft(int size, long value, int count) {
    int bits = size << 3;
    int n = count & bits - 1;
    long operand = Width.zeroExtend(value, size);
    return n == 0 ? value : Width.extend(operand << n | operand >>> bits - n, size);
  }

  private static long rol(Cpu cpu, int size, long value, int count) {
    long result = rotateLeft(size, value, count);
    int carry = (int) result & 1;
    LazyFlags.change(cpu, CF | OF, carry | overflow(result < 0, carry));
    return result;
  }

  private static long ror(Cpu cpu, int size, long value, int count) {
    int bits = size << 3;
    long result = rotateLeft(size, value, bits - (count & bits - 1));
    int carry = result < 0 ? 1 : 0;
    int below = (int) (result >>> bits - 2) & 1;
    LazyFlags.change(cpu, CF | OF, carry | (carry != below ? OF : 0));
    return result;
  }

  private static long rcl(Cpu cpu, int size, long value, int count) {
    int bits = size << 3;
    long operand = Width.zeroExtend(value, size);
    int carry = LazyFlags.carry(cpu) ? 1 : 0;
    for (int n = count % (bits + 1); n > 0; n--) {
      int out = (int) (operand >>> bits - 1) & 1;
      operand = Width.zeroExtend(operand << 1 | carry, size);
      carry = out;
    }
    long result = Width.extend(operand, size);
    LazyFlags.change(cpu, CF | OF, carry | overflow(result < 0, carry));
    return result;
  }

  private static long rcr(Cpu cpu, int size, long value, int count) {
    int bits = size << 3;
    long operand = Width.zeroExtend(value, size);
    int carry = LazyFlags.carry(cpu) ? 1 : 0;
    for (int n = count % (bits + 1); n > 0; n--) {
      int out = (int) operand & 1;
      operand = operand >>> 1 | (long) carry << bits - 1;
      carry = out;
    }
    long result = Width.extend(operand, size);
    int below = (int) (operand >>> bits - 2) & 1;
    LazyFlags.change(cpu, CF | OF, carry | overflow(result < 0, below));
    return result;
  }

  /** SHLD: shifts in bits of {@code filler} from the right. */
  static long shld(Cpu cpu, int size, long value, long filler, int count) {
    if (count == 0) {
      return value;
    }
    int bits = size << 3;
    long operand = Width.zeroExtend(value, size);
    long in = Width.zeroExtend(filler, size);
    if (count > bits) {
      return shld(cpu, size, filler, value, count - bits);
    }
    long result = Width.extend(count == bits ? in : operand << count | in >>> bits - count, size);
    int carry = (int) (operand >>> bits - count) & 1;
    LazyFlags.result(cpu, result, carry | (value < 0 != result < 0 ? OF : 0));
    return result;
  }

  /** SHRD: shifts in bits of {@code filler} from the left. */
  static long shrd(Cpu cpu, int size, long value, long filler, int count) {
    if (count == 0) {
      return value;
    }
    int bits = size << 3;
    long operand = Width.zeroExtend(value, size);
    long in = Width.zeroExtend(filler, size);
    if (count > bits) {
      return shrd(cpu, size, filler, value, count - bits);
    }
    long result = Width.extend(count == bits ? in : operand >>> count | in << bits - count, size);
    int carry = (int) (operand >>> count - 1) & 1;
    LazyFlags.result(cpu, result, carry | (value < 0 != result < 0 ? OF : 0));
    return result;
  }
}
