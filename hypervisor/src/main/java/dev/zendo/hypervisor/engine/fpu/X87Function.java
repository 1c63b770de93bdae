package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.DENORMAL;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.INVALID;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ZERO_DIVIDE;

/**
 * What the transcendental instructions share: operands in {@link DoubleDouble} precision, and exact
 * or inexact results for the kernel to round. Mutable scratch for one thread.
 */
abstract class X87Function {
  final X87 x87;
  final X87Arithmetic arithmetic;
  final SoftFloat soft;
  final Series series = new Series();
  final DoubleDouble x = new DoubleDouble();
  final DoubleDouble y = new DoubleDouble();
  final DoubleDouble work = new DoubleDouble();

  X87Function(X87 x87, X87Arithmetic arithmetic) {
    this.x87 = x87;
    this.arithmetic = arithmetic;
    this.soft = x87.soft;
  }

  /** Loads a finite operand's significand, in [1, 2). */
  static void load(DoubleDouble to, Unpacked from) {
    to.setSignificand(from.significand);
  }

  /** Makes {@code value * 2^power}, inexact, the kernel's result. */
  final void result(DoubleDouble value, int power, boolean sign) {
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
  final void nearly() {
    soft.low = 1;
    soft.rounding = FloatFlags.ROUND_NEAREST;
  }

  /** Makes the indefinite NaN of an invalid operation the result. */
  final void invalid() {
    soft.flags = INVALID;
    soft.indefinite();
  }

  /** Makes a zero the result. */
  final void zero(boolean sign) {
    soft.a.setZero(sign);
    soft.result(soft.a);
  }

  /** Makes an infinity the result. */
  final void infinity(boolean sign) {
    soft.a.setExtended(sign ? 0xffff : 0x7fff, Unpacked.TOP);
    soft.result(soft.a);
  }

  /** Notes denormal operands, unless they are not looked at any more. */
  final void noteDenormals() {
    if ((soft.flags & (INVALID | ZERO_DIVIDE)) == 0 && (soft.a.denormal || soft.b.denormal)) {
      soft.flags |= DENORMAL;
    }
  }

  /** Whether an operand is infinite. */
  static boolean isInfinite(Unpacked operand) {
    return operand.kind == Unpacked.INFINITY;
  }
}
