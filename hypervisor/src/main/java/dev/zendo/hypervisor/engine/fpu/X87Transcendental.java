package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.PRECISION;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ZERO_DIVIDE;

/**
 * Powers, logarithms and the arc tangent of the x87 (SDM volume 1, 8.3.7 to 8.3.10). Results are
 * rounded from about 98 correct bits and so nearly always correctly rounded; processors promise one
 * unit in the last place, and bits and C1 may differ from theirs. Only the thread that runs the
 * vcpu calls it.
 */
public final class X87Transcendental extends X87Function {
  /** Exponents below which a function equals its first term to far more bits than are kept. */
  private static final int TINY = -120;

  /** Exponents of a quotient below which its arc tangent is the quotient itself. */
  private static final int TINY_SLOPE = -33;

  /** Functions of a unit's registers. */
  public X87Transcendental(X87 x87, X87Arithmetic arithmetic) {
    super(x87, arithmetic);
  }

  /** F2XM1. */
  public void f2xm1() {
    if (!arithmetic.loadTop()) {
      return;
    }
    Unpacked a = soft.a;
    noteDenormals();
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
}
