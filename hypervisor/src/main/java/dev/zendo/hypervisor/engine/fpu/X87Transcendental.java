package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.DENORMAL;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.INVALID;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.PRECISION;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ZERO_DIVIDE;

/**
 * The transcendental x87 instructions (SDM volume 1, 8.3.7 to 8.3.10). Results are rounded from
 * about 98 correct bits and so nearly always correctly rounded; processors promise one unit in the
 * last place, and bits and C1 may differ from theirs. Trigonometric arguments are reduced with the
 * 66-bit pi that processors use. Only the thread that runs the vcpu calls it.
 */
public final class X87Transcendental {
  /** Half of the 66-bit pi is this, 66 bits, times 2^-65. */
  private static final long HALF_PI_HIGH = 3;

  private static final long HALF_PI_LOW = 0x243f6a8885a308d3L;

  /** Exponents below which a function equals its first term to far more bits than are kept. */
  private static final int TINY = -120;

  /** Exponents of a quotient below which its arc tangent is the quotient itself. */
  private static final int TINY_SLOPE = -33;

  /** Exponents below which processors give the first term of a trigonometric function. */
  private static final int TINY_ANGLE = -68;

  private final X87 x87;
  private final X87Arithmetic arithmetic;
  private final SoftFloat soft;
  private final Series series = new Series();
  private final DoubleDouble x = new DoubleDouble();
  private final DoubleDouble y = new DoubleDouble();
  private final DoubleDouble work = new DoubleDouble();
  private int quadrant;

  /** Functions of a unit's registers. */
  public X87Transcendental(X87 x87, X87Arithmetic arithmetic) {
    this.x87 = x87;
    this.arithmetic = arithmetic;
    this.soft = x87.soft;
  }

  // Between the kernel and double-double.

  /** Loads a finite operand's significand, in [1, 2). */
  private static void load(DoubleDouble to, Unpacked from) {
    to.setSignificand(from.significand);
  }

  /** Makes {@code value * 2^power}, inexact, the kernel's result. */
  private void result(DoubleDouble value, int power, boolean sign) {
    soft.kind = Unpacked.FINITE;
    soft.negative = sign ^ value.high < 0;
    soft.exponent = Math.getExponent(value.high);
    soft.high = significand(value.high);
    soft.low = 0;
    addLow(value);
    soft.exponent += power;
    soft.low |= 1;
  }

  private static long significand(double value) {
    return Double.doubleToRawLongBits(value) << 11 | Unpacked.TOP;
  }

  private void addLow(DoubleDouble value) {
    if (value.low == 0) {
      return;
    }
    int distance = Math.min(soft.exponent - Math.getExponent(value.low), 127);
    long bits = significand(value.low);
    long upper = distance < 64 ? bits >>> distance : 0;
    long lower = distance < 64 ? bits << 64 - distance : bits >>> distance - 64;
    if (value.low < 0 == value.high < 0) {
      soft.high += upper;
      soft.low = lower;
    } else {
      soft.high -= upper + (lower != 0 ? 1 : 0);
      soft.low = -lower;
    }
    if (soft.high >= 0) {
      soft.high = soft.high << 1 | soft.low >>> 63;
      soft.low <<= 1;
      soft.exponent--;
    }
  }

  /** Makes the result inexact but rounded to itself in every mode, as processors do. */
  private void nearly() {
    soft.low = 1;
    soft.rounding = FloatFlags.ROUND_NEAREST;
  }

  private void noteDenormal(Unpacked operand) {
    if (operand.denormal) {
      soft.flags |= DENORMAL;
    }
  }

  private void invalid() {
    soft.flags = INVALID;
    soft.indefinite();
  }

  private void zero(boolean sign) {
    soft.a.setZero(sign);
    soft.result(soft.a);
  }

  private void infinity(boolean sign) {
    soft.a.setExtended(sign ? 0xffff : 0x7fff, Unpacked.TOP);
    soft.result(soft.a);
  }

  // One operand.

  /** F2XM1. */
  public void f2xm1() {
    if (!arithmetic.loadTop()) {
      return;
    }
    Unpacked a = soft.a;
    noteDenormal(a);
    soft.result(a);
    if (a.kind == Unpacked.INFINITY) {
      if (a.negative) {
        soft.a.setExtended(0xbfff, Unpacked.TOP);
        soft.result(soft.a);
      }
    } else if (a.kind == Unpacked.FINITE && a.exponent < 0) {
      powerOfTwo(a);
    } else if (a.kind == Unpacked.FINITE) {
      beyondOne(a);
    }
    x87.finish(0, FloatFormat.EXTENDED);
  }

  /** F2XM1 of one is exact, though processors flag it; they give larger arguments back. */
  private void beyondOne(Unpacked a) {
    boolean one = a.exponent == 0 && a.significand == Unpacked.TOP;
    if (!one) {
      nearly();
    } else {
      soft.exponent = a.negative ? -1 : 0;
      soft.flags |= PRECISION;
    }
  }

  private void powerOfTwo(Unpacked a) {
    load(x, a);
    x.multiply(DoubleDouble.LN2);
    if (a.exponent < TINY) {
      result(x, a.exponent, a.negative);
      return;
    }
    x.scale(a.exponent);
    if (a.negative) {
      x.negate();
    }
    series.exponentialLessOne(x);
    result(x, 0, false);
  }

  // Two operands: ST(1) is the factor y, ST(0) the argument.

  /** Loads ST(0) to a and ST(1) to b; answers empty and odd operands. */
  private boolean loadBoth() {
    if (x87.empty(0) || x87.empty(1)) {
      if (x87.underflow()) {
        x87.register(1, X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
        x87.pop();
      }
      return false;
    }
    x87.start();
    soft.a.setExtended(x87.head(0), x87.bits(0));
    soft.b.setExtended(x87.head(1), x87.bits(1));
    if (soft.a.isOdd() || soft.b.isOdd()) {
      arithmetic.propagate();
      finishAndPop();
      return false;
    }
    return true;
  }

  private void finishAndPop() {
    if (x87.finish(1, FloatFormat.EXTENDED)) {
      x87.pop();
    }
  }

  private void noteDenormals() {
    if ((soft.flags & (INVALID | ZERO_DIVIDE)) == 0 && (soft.a.denormal || soft.b.denormal)) {
      soft.flags |= DENORMAL;
    }
  }

  /** FYL2X. */
  public void fyl2x() {
    if (!loadBoth()) {
      return;
    }
    Unpacked a = soft.a;
    Unpacked b = soft.b;
    if (a.kind == Unpacked.ZERO) {
      logarithmOfZero(b);
    } else if (a.negative) {
      invalid();
    } else {
      noteDenormals();
      boolean one = a.kind == Unpacked.FINITE && a.exponent == 0 && a.significand == Unpacked.TOP;
      boolean below = a.kind == Unpacked.FINITE && a.exponent < 0;
      if (a.kind == Unpacked.INFINITY ? b.kind == Unpacked.ZERO : one && isInfinite(b)) {
        invalid();
      } else if (isInfinite(a) || isInfinite(b)) {
        infinity(b.negative ^ below);
      } else if (b.kind == Unpacked.ZERO || one) {
        zero(b.negative ^ below);
      } else {
        logarithm(a, b);
      }
    }
    finishAndPop();
  }

  private static boolean isInfinite(Unpacked operand) {
    return operand.kind == Unpacked.INFINITY;
  }

  private void logarithmOfZero(Unpacked factor) {
    if (factor.kind == Unpacked.ZERO) {
      invalid();
      return;
    }
    if (factor.kind != Unpacked.INFINITY) {
      soft.flags |= ZERO_DIVIDE;
    }
    infinity(!factor.negative);
  }

  private void logarithm(Unpacked a, Unpacked factor) {
    int power = a.exponent;
    if (a.significand == Unpacked.TOP) {
      soft.a.setLong(power);
      soft.multiply();
      nearly();
      return;
    }
    load(x, a);
    if (x.high > 1.4142135623730951) {
      x.scale(-1);
      power++;
    }
    work.set(x);
    work.add(DoubleDouble.ONE);
    x.subtract(DoubleDouble.ONE);
    x.divide(work, y);
    binaryLogarithm();
    y.set(power, 0);
    x.add(y);
    multiplyBy(factor, 0);
  }

  /** x := log2 of the number m of which x is (m-1)/(m+1). */
  private void binaryLogarithm() {
    series.areaTangent(x);
    x.multiply(DoubleDouble.LOG2_E);
    x.scale(1);
  }

  private void multiplyBy(Unpacked factor, int power) {
    load(y, factor);
    x.multiply(y);
    result(x, power + factor.exponent, factor.negative);
  }

  /** FYL2XP1. */
  public void fyl2xp1() {
    if (!loadBoth()) {
      return;
    }
    Unpacked a = soft.a;
    Unpacked b = soft.b;
    noteDenormals();
    if (isInfinite(a) && (a.negative || b.kind == Unpacked.ZERO)) {
      invalid();
    } else if (isInfinite(a)) {
      infinity(b.negative);
    } else if (isInfinite(b)) {
      if (a.kind == Unpacked.ZERO) {
        invalid();
      } else {
        infinity(a.negative ^ b.negative);
      }
    } else if (a.kind == Unpacked.ZERO || b.kind == Unpacked.ZERO) {
      zero(a.negative ^ b.negative);
    } else if (a.negative && a.exponent >= 0) {
      // Far outside the documented range processors give the argument back.
      soft.result(a);
      nearly();
    } else {
      logarithmOfSum(a, b);
    }
    finishAndPop();
  }

  private void logarithmOfSum(Unpacked a, Unpacked factor) {
    load(x, a);
    if (a.negative) {
      x.negate();
    }
    if (a.exponent < TINY) {
      x.multiply(DoubleDouble.LOG2_E);
      multiplyBy(factor, a.exponent);
      return;
    }
    if (a.exponent > -TINY) {
      logarithm(a, factor);
      soft.low |= 1;
      return;
    }
    x.scale(a.exponent);
    int power = 0;
    if (x.high > 0.41 || x.high < -0.29) {
      // Outside the documented range: the plain logarithm of the sum.
      x.add(DoubleDouble.ONE);
      power = Math.getExponent(x.high);
      x.scale(-power);
      if (x.high > 1.4142135623730951) {
        x.scale(-1);
        power++;
      }
      x.subtract(DoubleDouble.ONE);
    }
    work.set(2, 0);
    work.add(x);
    x.divide(work, y);
    binaryLogarithm();
    y.set(power, 0);
    x.add(y);
    multiplyBy(factor, 0);
  }

  /** FPATAN. */
  public void fpatan() {
    if (!loadBoth()) {
      return;
    }
    Unpacked a = soft.a;
    Unpacked b = soft.b;
    boolean sign = b.negative;
    noteDenormals();
    if (isInfinite(a) || isInfinite(b)) {
      angleOfInfinity(a, b, sign);
    } else if (b.kind == Unpacked.ZERO) {
      angle(a.negative, 1, sign);
    } else if (a.kind == Unpacked.ZERO) {
      result(DoubleDouble.HALF_PI, 0, sign);
    } else {
      arcTangent(a, b, sign);
    }
    finishAndPop();
  }

  private void angleOfInfinity(Unpacked a, Unpacked b, boolean sign) {
    if (!isInfinite(b)) {
      angle(a.negative, 1, sign);
    } else if (!isInfinite(a)) {
      result(DoubleDouble.HALF_PI, 0, sign);
    } else {
      x.set(DoubleDouble.PI);
      x.multiply(a.negative ? 0.75 : 0.25);
      result(x, 0, sign);
    }
  }

  /** Zero, or pi on the negative side. */
  private void angle(boolean negativeSide, int factor, boolean sign) {
    if (negativeSide) {
      x.set(DoubleDouble.PI);
      x.multiply(factor);
      result(x, 0, sign);
    } else {
      zero(sign);
    }
  }

  private void arcTangent(Unpacked a, Unpacked b, boolean sign) {
    int distance = b.exponent - a.exponent;
    if (distance < TINY_SLOPE && !a.negative) {
      soft.a.set(b);
      soft.b.setExtended(x87.head(0), x87.bits(0));
      soft.divide();
      if (soft.low == 0) {
        nearly();
      }
      return;
    }
    boolean steep =
        distance > 0 || (distance == 0 && Long.compareUnsigned(b.significand, a.significand) > 0);
    load(x, steep ? a : b);
    load(y, steep ? b : a);
    x.divide(y, work);
    x.scale(Math.max(-Math.abs(distance), 2 * TINY));
    series.arcTangent(x);
    if (steep) {
      x.negate();
      x.add(DoubleDouble.HALF_PI);
    }
    if (a.negative) {
      x.negate();
      x.add(DoubleDouble.PI);
    }
    result(x, 0, sign);
  }

  // Trigonometry.

  /**
   * Loads ST(0) and reduces it to x and {@link #quadrant}; answers what has no finite result.
   *
   * @param pushes the instruction pushes a second result
   */
  private boolean loadAngle(boolean pushes) {
    x87.status(X87.C2, 0);
    if (pushes && !x87.empty(0) && !x87.empty(7)) {
      if (x87.overflow()) {
        x87.register(0, X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
        x87.push(X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
      }
      return false;
    }
    boolean none = x87.empty(0);
    if (!arithmetic.loadTop()) {
      if (pushes && failedMasked(none)) {
        x87.push(x87.head(0), x87.bits(0));
      }
      return false;
    }
    Unpacked a = soft.a;
    if (isInfinite(a)) {
      invalid();
      if (x87.finish(0, FloatFormat.EXTENDED) && pushes) {
        x87.push(X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
      }
      return false;
    }
    if (a.kind == Unpacked.FINITE && a.exponent >= 63) {
      x87.status(X87.C1, X87.C2);
      return false;
    }
    noteDenormal(a);
    if (!x87.passes()) {
      return false;
    }
    quadrant = 0;
    if (a.kind == Unpacked.FINITE && a.exponent >= TINY_ANGLE) {
      reduce(a);
    }
    return true;
  }

  /** Whether the NaN or the empty register that loading answered was answered with a result. */
  private boolean failedMasked(boolean none) {
    int flags = none ? INVALID : soft.flags;
    return (flags & ~x87.controlWord() & FloatFlags.ALL) == 0;
  }

  private void reduce(Unpacked a) {
    if (a.exponent < -1) {
      load(x, a);
      x.scale(a.exponent);
    } else {
      reduceExactly(a);
    }
    if (a.negative) {
      x.negate();
      quadrant = -quadrant;
    }
  }

  /** Divides by half of pi in units of 2^-65, bit by bit; the remainder is exact. */
  private void reduceExactly(Unpacked a) {
    long high = 0;
    long low = a.significand;
    int turns = 0;
    for (int i = a.exponent + 2; i >= 0; i--) {
      turns <<= 1;
      if (high > HALF_PI_HIGH
          || (high == HALF_PI_HIGH && Long.compareUnsigned(low, HALF_PI_LOW) >= 0)) {
        high -= HALF_PI_HIGH + (Long.compareUnsigned(low, HALF_PI_LOW) < 0 ? 1 : 0);
        low -= HALF_PI_LOW;
        turns |= 1;
      }
      if (i > 0) {
        high = high << 1 | low >>> 63;
        low <<= 1;
      }
    }
    // Beyond a quarter of pi the next multiple is nearer.
    boolean above =
        high > 1 || (high == 1 && Long.compareUnsigned(low, HALF_PI_LOW >>> 1 | TOP) > 0);
    if (above) {
      long borrow = Long.compareUnsigned(HALF_PI_LOW, low) < 0 ? 1 : 0;
      low = HALF_PI_LOW - low;
      high = HALF_PI_HIGH - high - borrow;
      turns++;
    }
    x.set(high * 0x1p-1, (low >>> 32) * 0x1p-33);
    work.set((low & 0xffffffffL) * 0x1p-65, 0);
    x.add(work);
    if (above) {
      x.negate();
    }
    quadrant = turns;
  }

  private static final long TOP = Unpacked.TOP;

  /** The sine of the loaded angle plus some quarters of a turn, as the kernel's exact result. */
  private void sineOf(int quarters) {
    Unpacked a = soft.a;
    boolean cosine = (quarters & 1) != 0;
    boolean sign = (quarters & 2) != 0;
    if (a.kind == Unpacked.ZERO || a.exponent < TINY_ANGLE) {
      firstTerm(a, cosine);
      return;
    }
    y.set(x);
    if (cosine) {
      series.cosine(y);
    } else {
      series.sine(y);
    }
    if (y.high == 0) {
      zero(sign);
    } else {
      result(y, 0, sign);
    }
  }

  private void firstTerm(Unpacked a, boolean cosine) {
    if (cosine) {
      boolean exact = a.kind == Unpacked.ZERO;
      soft.kind = Unpacked.FINITE;
      soft.negative = false;
      soft.exponent = 0;
      soft.high = Unpacked.TOP;
      soft.low = 0;
      if (!exact) {
        nearly();
      }
    } else {
      soft.result(a);
      if (a.kind != Unpacked.ZERO) {
        nearly();
      }
    }
  }

  /** FSIN. */
  public void fsin() {
    if (loadAngle(false)) {
      sineOf(quadrant);
      x87.finish(0, FloatFormat.EXTENDED);
    }
  }

  /** FCOS. */
  public void fcos() {
    if (loadAngle(false)) {
      sineOf(quadrant + 1);
      x87.finish(0, FloatFormat.EXTENDED);
    }
  }

  /** FSINCOS. */
  public void fsincos() {
    if (!loadAngle(true)) {
      return;
    }
    sineOf(quadrant + 1);
    soft.round(FloatFormat.EXTENDED);
    int head = soft.packExtendedHead();
    long bits = soft.high;
    sineOf(quadrant);
    if (x87.finish(0, FloatFormat.EXTENDED)) {
      x87.push(head, bits);
    }
  }

  /** FPTAN. */
  public void fptan() {
    if (!loadAngle(true)) {
      return;
    }
    Unpacked a = soft.a;
    if (a.kind == Unpacked.ZERO || a.exponent < TINY_ANGLE) {
      soft.result(a);
      if (a.kind != Unpacked.ZERO) {
        nearly();
      }
    } else {
      y.set(x);
      series.sine(y);
      series.cosine(x);
      if ((quadrant & 1) == 0) {
        y.divide(x, work);
        result(y, 0, false);
      } else {
        x.divide(y, work);
        result(x, 0, true);
      }
    }
    if (x87.finish(0, FloatFormat.EXTENDED)) {
      x87.push(0x3fff, Unpacked.TOP);
    }
  }
}
