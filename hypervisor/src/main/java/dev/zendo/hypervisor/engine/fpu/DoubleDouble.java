package dev.zendo.hypervisor.engine.fpu;

/**
 * A number of about 106 bits precision as the unevaluated sum of two doubles, for the evaluation of
 * transcendental functions (Dekker's and Knuth's error-free transformations). Mutable scratch for
 * one thread; the constants must not be changed.
 */
final class DoubleDouble {
  static final DoubleDouble LN2 = of(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);
  static final DoubleDouble LOG2_E = of(0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56);
  static final DoubleDouble PI = of(0x1.921fb54442d18p1, 0x1.1a62633145c07p-53);
  static final DoubleDouble HALF_PI = of(0x1.921fb54442d18p0, 0x1.1a62633145c07p-54);
  static final DoubleDouble ONE = of(1, 0);

  double high;
  double low;

  static DoubleDouble of(double high, double low) {
    DoubleDouble result = new DoubleDouble();
    result.set(high, low);
    return result;
  }

  /** Sets the sum of two doubles of which the first is larger. */
  void set(double larger, double smaller) {
    high = larger + smaller;
    low = smaller - (high - larger);
  }

  void set(DoubleDouble other) {
    high = other.high;
    low = other.low;
  }

  /** Sets a 64-bit significand with its top bit set, scaled to [1, 2). */
  void setSignificand(long bits) {
    set((bits >>> 11) * 0x1p-52, (bits & 0x7ff) * 0x1p-63);
  }

  void scale(int power) {
    high = Math.scalb(high, power);
    low = Math.scalb(low, power);
  }

  void negate() {
    high = -high;
    low = -low;
  }

  void add(DoubleDouble other) {
    double s = high + other.high;
    double t = s - high;
    double error = high - (s - t) + (other.high - t);
    double lows = low + other.low;
    double u = lows - low;
    double lowError = low - (lows - u) + (other.low - u);
    set(s, error + lows);
    set(high, low + lowError);
  }

  void subtract(DoubleDouble other) {
    negate();
    add(other);
    negate();
  }

  void multiply(DoubleDouble other) {
    double p = high * other.high;
    double error = Math.fma(high, other.high, -p);
    set(p, error + (high * other.low + low * other.high));
  }

  void multiply(double factor) {
    double p = high * factor;
    set(p, Math.fma(high, factor, -p) + low * factor);
  }

  /** Divides; {@code work} is scratch. */
  void divide(DoubleDouble other, DoubleDouble work) {
    double first = high / other.high;
    reduce(other, first, work);
    double second = high / other.high;
    reduce(other, second, work);
    double third = high / other.high;
    set(first, second);
    double rest = low + third;
    set(high, rest);
  }

  private void reduce(DoubleDouble other, double quotient, DoubleDouble work) {
    work.set(other);
    work.multiply(quotient);
    subtract(work);
  }

  /** Evaluates a polynomial at {@code x} by Horner's rule, lowest coefficient first. */
  void polynomial(DoubleDouble x, DoubleDouble[] coefficients) {
    set(coefficients[coefficients.length - 1]);
    for (int i = coefficients.length - 2; i >= 0; i--) {
      multiply(x);
      add(coefficients[i]);
    }
  }
}
