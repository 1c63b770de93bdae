package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.INVALID;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.OVERFLOW;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.PRECISION;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ROUND_DOWN;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ROUND_NEAREST;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ROUND_UP;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.UNDERFLOW;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ZERO_DIVIDE;

/**
 * The floating-point kernel: exact arithmetic on operands {@link #a} and {@link #b}, then one
 * correct rounding to any format. A computation leaves its exact value as {@link #kind}, {@link
 * #negative}, {@link #exponent} and 128 bits {@link #high}, {@link #low} (the last bit sticky);
 * {@link #round} brings it into a format and adds flags.
 *
 * <p>NaN operands are the caller's business, because x87 and SSE choose differently. Mutable
 * scratch for one thread; nothing is allocated.
 */
final class SoftFloat {
  private static final long TOP = Unpacked.TOP;

  final Unpacked a = new Unpacked();
  final Unpacked b = new Unpacked();

  /** Kind of the result, a constant of {@link Unpacked}. */
  int kind;

  boolean negative;
  int exponent;
  long high;
  long low;

  /** Exceptions found since the caller cleared them. */
  int flags;

  /** Whether the last rounding increased the magnitude (C1 of the x87). */
  boolean roundedUp;

  /** Rounding control, a ROUND constant of {@link FloatFlags}. */
  int rounding;

  /** Masked exceptions; only overflow and underflow matter here. */
  int masked = FloatFlags.ALL;

  /** Tiny results become zero (MXCSR.FTZ). */
  boolean flushToZero;

  private void zero(boolean sign) {
    kind = Unpacked.ZERO;
    negative = sign;
    high = 0;
    low = 0;
    exponent = 0;
  }

  private void infinity(boolean sign) {
    kind = Unpacked.INFINITY;
    negative = sign;
    high = TOP;
    low = 0;
  }

  private void invalid() {
    flags |= INVALID;
    indefinite();
  }

  /** Makes the result the indefinite NaN. */
  void indefinite() {
    kind = Unpacked.QUIET;
    negative = true;
    high = TOP | TOP >>> 1;
    low = 0;
  }

  /** Makes an operand the exact result. */
  void result(Unpacked value) {
    kind = value.kind;
    negative = value.negative;
    exponent = value.exponent;
    high = value.significand;
    low = 0;
  }

  /** Adds b to a, or takes it away. */
  void add(boolean subtract) {
    boolean otherSign = b.negative ^ subtract;
    if (a.kind == Unpacked.INFINITY) {
      if (b.kind == Unpacked.INFINITY && otherSign != a.negative) {
        invalid();
      } else {
        infinity(a.negative);
      }
    } else if (b.kind == Unpacked.INFINITY) {
      infinity(otherSign);
    } else if (b.kind == Unpacked.ZERO) {
      result(a);
      if (a.kind == Unpacked.ZERO && a.negative != otherSign) {
        negative = rounding == ROUND_DOWN;
      }
    } else if (a.kind == Unpacked.ZERO) {
      result(b);
      negative = otherSign;
    } else {
      addFinite(otherSign);
    }
  }

  private void addFinite(boolean otherSign) {
    boolean firstLarger =
        a.exponent != b.exponent
            ? a.exponent > b.exponent
            : Long.compareUnsigned(a.significand, b.significand) >= 0;
    Unpacked x = firstLarger ? a : b;
    Unpacked y = firstLarger ? b : a;
    kind = Unpacked.FINITE;
    exponent = x.exponent;
    negative = firstLarger ? a.negative : otherSign;
    high = y.significand;
    low = 0;
    shiftRight(x.exponent - y.exponent);
    if (a.negative == otherSign) {
      high += x.significand;
      if (Long.compareUnsigned(high, x.significand) < 0) {
        low = high << 63 | low >>> 1 | (low & 1);
        high = high >>> 1 | TOP;
        exponent++;
      }
    } else {
      high = x.significand - high - (low != 0 ? 1 : 0);
      low = -low;
      if (high == 0 && low == 0) {
        zero(rounding == ROUND_DOWN);
      } else {
        normalise();
      }
    }
  }

  /** Moves the leading one of a non-zero 128-bit significand to the top. */
  private void normalise() {
    if (high == 0) {
      high = low;
      low = 0;
      exponent -= 64;
    }
    int shift = Long.numberOfLeadingZeros(high);
    if (shift != 0) {
      high = high << shift | low >>> 64 - shift;
      low <<= shift;
      exponent -= shift;
    }
  }

  /** Shifts the significand right, keeping lost bits in the sticky bit. */
  private void shiftRight(int count) {
    if (count == 0) {
      return;
    }
    if (count < 64) {
      boolean lost = low << 64 - count != 0;
      low = high << 64 - count | low >>> count | (lost ? 1 : 0);
      high >>>= count;
    } else if (count < 128) {
      boolean lost = low != 0 || (count > 64 && high << 128 - count != 0);
      low = high >>> count - 64 | (lost ? 1 : 0);
      high = 0;
    } else {
      low = (high | low) != 0 ? 1 : 0;
      high = 0;
    }
  }

  /** Multiplies a and b. */
  void multiply() {
    boolean sign = a.negative ^ b.negative;
    if (a.kind == Unpacked.INFINITY || b.kind == Unpacked.INFINITY) {
      if (a.kind == Unpacked.ZERO || b.kind == Unpacked.ZERO) {
        invalid();
      } else {
        infinity(sign);
      }
    } else if (a.kind == Unpacked.ZERO || b.kind == Unpacked.ZERO) {
      zero(sign);
    } else {
      kind = Unpacked.FINITE;
      negative = sign;
      exponent = a.exponent + b.exponent + 1;
      high = multiplyHigh(a.significand, b.significand);
      low = a.significand * b.significand;
      if (high >= 0) {
        high = high << 1 | low >>> 63;
        low <<= 1;
        exponent--;
      }
    }
  }

  /** The upper half of the unsigned 128-bit product. */
  static long multiplyHigh(long x, long y) {
    return Math.multiplyHigh(x, y) + (x >> 63 & y) + (y >> 63 & x);
  }

  /** Divides a by b. */
  void divide() {
    boolean sign = a.negative ^ b.negative;
    if (a.kind == Unpacked.INFINITY) {
      if (b.kind == Unpacked.INFINITY) {
        invalid();
      } else {
        infinity(sign);
      }
    } else if (b.kind == Unpacked.INFINITY) {
      zero(sign);
    } else if (b.kind == Unpacked.ZERO) {
      if (a.kind == Unpacked.ZERO) {
        invalid();
      } else {
        flags |= ZERO_DIVIDE;
        infinity(sign);
      }
    } else if (a.kind == Unpacked.ZERO) {
      zero(sign);
    } else {
      kind = Unpacked.FINITE;
      negative = sign;
      divideFinite();
    }
  }

  private void divideFinite() {
    long x = a.significand;
    long y = b.significand;
    exponent = a.exponent - b.exponent;
    long quotient;
    long remainder;
    if (Long.compareUnsigned(x, y) >= 0) {
      quotient = divideWide(x >>> 1, x << 63, y);
      remainder = (x << 63) - quotient * y;
    } else {
      exponent--;
      quotient = divideWide(x, 0, y);
      remainder = -quotient * y;
    }
    high = quotient;
    low = halfAndSticky(remainder, y);
  }

  /** The bits below a quotient: which side of one half the remainder is on. */
  private static long halfAndSticky(long remainder, long divisor) {
    if (remainder == 0) {
      return 0;
    }
    int half = Long.compareUnsigned(remainder, divisor - remainder);
    return half < 0 ? 1 : half == 0 ? TOP : TOP | 1;
  }

  /**
   * Divides 128 by 64 bits, all unsigned.
   *
   * @param divisor with its top bit set and greater than {@code upper}
   */
  static long divideWide(long upper, long lower, long divisor) {
    long first = divideStep(upper, lower >>> 32, divisor);
    long rest = (upper << 32 | lower >>> 32) - first * divisor;
    return first << 32 | divideStep(rest, lower & 0xffffffffL, divisor);
  }

  /** One 32-bit digit of a quotient (Knuth's algorithm D with two-digit divisor). */
  private static long divideStep(long upper, long digit, long divisor) {
    long top = divisor >>> 32;
    long bottom = divisor & 0xffffffffL;
    long quotient = Long.divideUnsigned(upper, top);
    long rest = upper - quotient * top;
    while (quotient > 0xffffffffL
        || Long.compareUnsigned(quotient * bottom, rest << 32 | digit) > 0) {
      quotient--;
      rest += top;
      if (rest > 0xffffffffL) {
        break;
      }
    }
    return quotient;
  }

  /** The square root of a. */
  void squareRoot() {
    if (a.kind == Unpacked.ZERO) {
      zero(a.negative);
    } else if (a.negative) {
      invalid();
    } else if (a.kind == Unpacked.INFINITY) {
      infinity(false);
    } else {
      kind = Unpacked.FINITE;
      negative = false;
      exponent = a.exponent >> 1;
      if ((a.exponent & 1) == 0) {
        rootOf(a.significand >>> 1, a.significand << 63);
      } else {
        rootOf(a.significand, 0);
      }
    }
  }

  /** Integer square root of a radicand of at least 2^126: an estimate, one Newton step, exact. */
  private void rootOf(long upper, long lower) {
    double estimate = Math.sqrt((upper >>> 11) * 0x1p11);
    long root = (long) (estimate * 0x1p31) << 1;
    long residue = lower - root * root;
    long borrow = Long.compareUnsigned(lower, root * root) < 0 ? 1 : 0;
    long top = upper - multiplyHigh(root, root) - borrow;
    long step = (long) ((double) (top << 40 | residue >>> 24) / (root >>> 23));
    long better = root + step;
    if (step > 0 && Long.compareUnsigned(better, root) < 0) {
      better = -1;
    }
    high = settle(better, upper, lower);
    residue = lower - high * high;
    top = upper - multiplyHigh(high, high) - (Long.compareUnsigned(lower, high * high) < 0 ? 1 : 0);
    if (top == 0 && residue == 0) {
      low = 0;
    } else {
      low = top != 0 || Long.compareUnsigned(residue, high) > 0 ? TOP | 1 : 1;
    }
  }

  /** The largest root whose square does not exceed the radicand, from a close estimate. */
  private static long settle(long estimate, long upper, long lower) {
    long root = estimate;
    while (squareExceeds(root, upper, lower)) {
      root--;
    }
    while (root != -1 && !squareExceeds(root + 1, upper, lower)) {
      root++;
    }
    return root;
  }

  private static boolean squareExceeds(long root, long upper, long lower) {
    int order = Long.compareUnsigned(multiplyHigh(root, root), upper);
    return order > 0 || (order == 0 && Long.compareUnsigned(root * root, lower) > 0);
  }

  /** Whether the bits below the last kept one make rounding go away from zero. */
  private boolean increments(long rest, boolean odd) {
    if (rest == 0) {
      return false;
    }
    switch (rounding) {
      case ROUND_NEAREST:
        return rest == TOP ? odd : rest < 0;
      case ROUND_DOWN:
        return negative;
      case ROUND_UP:
        return !negative;
      default:
        return false;
    }
  }

  /** Rounds the significand to its upper bits; returns whether that was inexact. */
  private boolean roundSignificand(int drop) {
    long rest = rest(drop);
    long unit = 1L << drop;
    boolean up = increments(rest, (high & unit) != 0);
    high &= -unit;
    low = 0;
    if (up) {
      high += unit;
      if (high == 0) {
        high = TOP;
        exponent++;
      }
    }
    if (rest != 0) {
      roundedUp = up;
    }
    return rest != 0;
  }

  private long rest(int drop) {
    return drop == 0 ? low : high << 64 - drop | (low != 0 ? 1 : 0);
  }

  /** Brings a finite exact result into a format; other kinds stay as they are. */
  void round(FloatFormat format) {
    roundedUp = false;
    if (kind != Unpacked.FINITE) {
      return;
    }
    int drop = 64 - format.precision;
    if (exponent < format.minExponent) {
      roundSmall(format, drop);
      return;
    }
    if (roundSignificand(drop)) {
      flags |= PRECISION;
    }
    if (exponent > format.maxExponent) {
      overflow(format, drop);
    }
  }

  private void overflow(FloatFormat format, int drop) {
    flags |= OVERFLOW;
    if ((masked & OVERFLOW) == 0) {
      exponent -= format.bias;
      if (format.bias != 0 && exponent > format.maxExponent) {
        flags |= PRECISION;
        roundedUp = true;
        infinity(negative);
      }
      return;
    }
    flags |= PRECISION;
    if (rounding == ROUND_NEAREST || rounding == (negative ? ROUND_DOWN : ROUND_UP)) {
      infinity(negative);
      roundedUp = true;
    } else {
      roundedUp = false;
      exponent = format.maxExponent;
      high = -1L << drop;
    }
  }

  /** A value below the normal numbers; whether it is tiny is decided after rounding. */
  private void roundSmall(FloatFormat format, int drop) {
    boolean tiny =
        exponent < format.minExponent - 1
            || high >>> drop != -1L >>> drop
            || !increments(rest(drop), true);
    if (tiny && (masked & UNDERFLOW) == 0) {
      flags |= UNDERFLOW;
      if (roundSignificand(drop)) {
        flags |= PRECISION;
      }
      exponent += format.bias;
      if (format.bias != 0 && exponent < format.minExponent) {
        flags |= PRECISION;
        roundedUp = false;
        zero(negative);
      }
      return;
    }
    if (tiny && flushToZero) {
      flags |= UNDERFLOW | PRECISION;
      zero(negative);
      return;
    }
    shiftRight(format.minExponent - exponent);
    exponent = format.minExponent;
    if (roundSignificand(drop)) {
      flags |= tiny ? UNDERFLOW | PRECISION : PRECISION;
    }
    if (high == 0) {
      zero(negative);
    }
  }

  /**
   * Rounds operand a, which must be finite or zero, to an integer and leaves the magnitude in
   * {@link #high} (with {@link #negative}). Magnitudes of 2^64 and more return false.
   *
   * @return whether the magnitude fits 64 bits; PRECISION is set in flags when inexact
   */
  boolean toInteger() {
    result(a);
    roundedUp = false;
    if (kind == Unpacked.ZERO) {
      return true;
    }
    if (exponent > 63) {
      return false;
    }
    shiftRight(63 - exponent);
    long rest = low;
    if (rest != 0) {
      flags |= PRECISION;
      if (increments(rest, (high & 1) != 0)) {
        roundedUp = true;
        high++;
        return high != 0;
      }
    }
    return true;
  }

  /** Rounds operand a to an integral value and leaves it as the exact result. */
  void roundToIntegral() {
    if (a.kind != Unpacked.FINITE || a.exponent >= 63) {
      roundedUp = false;
      result(a);
      return;
    }
    toInteger();
    if (high == 0) {
      zero(a.negative);
    } else {
      int shift = Long.numberOfLeadingZeros(high);
      kind = Unpacked.FINITE;
      exponent = 63 - shift;
      high <<= shift;
      low = 0;
    }
  }

  /**
   * Orders a and b, neither of which may be a NaN.
   *
   * @return negative, zero or positive
   */
  int compare() {
    if (a.kind == Unpacked.ZERO && b.kind == Unpacked.ZERO) {
      return 0;
    }
    if (a.kind == Unpacked.ZERO) {
      return b.negative ? 1 : -1;
    }
    if (b.kind == Unpacked.ZERO || a.negative != b.negative) {
      return a.negative ? -1 : 1;
    }
    int order;
    if (a.kind != b.kind) {
      order = a.kind - b.kind;
    } else if (a.kind == Unpacked.INFINITY) {
      order = 0;
    } else if (a.exponent != b.exponent) {
      order = a.exponent - b.exponent;
    } else {
      order = Long.compareUnsigned(a.significand, b.significand);
    }
    return a.negative ? -order : order;
  }

  /** The rounded result as single-precision bits. */
  int packSingle() {
    int sign = negative ? 0x80000000 : 0;
    switch (kind) {
      case Unpacked.ZERO:
        return sign;
      case Unpacked.INFINITY:
        return sign | 0x7f800000;
      case Unpacked.FINITE:
        int biased = high < 0 ? exponent + 127 : 0;
        return sign | biased << 23 | (int) (high >>> 40) & 0x7fffff;
      default:
        return sign | 0x7fc00000 | (int) (high >>> 40) & 0x7fffff;
    }
  }

  /** The rounded result as double-precision bits. */
  long packDouble() {
    long sign = negative ? TOP : 0;
    switch (kind) {
      case Unpacked.ZERO:
        return sign;
      case Unpacked.INFINITY:
        return sign | 0x7ff0000000000000L;
      case Unpacked.FINITE:
        long biased = high < 0 ? exponent + 1023 : 0;
        return sign | biased << 52 | high >>> 11 & 0xfffffffffffffL;
      default:
        return sign | 0x7ff8000000000000L | high >>> 11 & 0xfffffffffffffL;
    }
  }

  /**
   * Sign and exponent of the rounded result in the 80-bit format; the significand is {@link #high}.
   */
  int packExtendedHead() {
    int sign = negative ? 0x8000 : 0;
    switch (kind) {
      case Unpacked.ZERO:
        return sign;
      case Unpacked.FINITE:
        return sign | (high < 0 ? exponent + 16383 : 0);
      default:
        return sign | 0x7fff;
    }
  }
}
