package dev.zendo.hypervisor.engine.fpu;

/**
 * Elementary functions in {@link DoubleDouble} precision on reduced arguments, by their power
 * series. Relative errors are below 2^-98. Mutable scratch for one thread.
 */
final class Series {
  private static final int ATAN_STEPS = 16;

  /** Coefficients; worked out when the first instruction needs them, which few guests execute. */
  private static final class Tables {
    static final DoubleDouble[] EXPONENTIAL = exponential(29);
    static final DoubleDouble[] SINE = alternateFactorials(1, 15);
    static final DoubleDouble[] COSINE = alternateFactorials(0, 15);
    static final DoubleDouble[] AREA_TANGENT = odd(23, false);
    static final DoubleDouble[] ARC_TANGENT = odd(13, true);
    static final DoubleDouble[] ARC_TANGENTS = arcTangents();
  }

  private final DoubleDouble square = new DoubleDouble();
  private final DoubleDouble work = new DoubleDouble();
  private final DoubleDouble step = new DoubleDouble();

  private static DoubleDouble inverse(double value) {
    DoubleDouble result = DoubleDouble.of(1, 0);
    result.divide(DoubleDouble.of(value, 0), new DoubleDouble());
    return result;
  }

  /** 1/1!, 1/2!, 1/3!, ... */
  private static DoubleDouble[] exponential(int terms) {
    DoubleDouble[] result = new DoubleDouble[terms];
    DoubleDouble term = DoubleDouble.of(1, 0);
    for (int i = 0; i < terms; i++) {
      term.divide(DoubleDouble.of(i + 1, 0), new DoubleDouble());
      result[i] = DoubleDouble.of(term.high, term.low);
    }
    return result;
  }

  /** 1/first!, -1/(first+2)!, ... */
  private static DoubleDouble[] alternateFactorials(int first, int terms) {
    DoubleDouble[] inverses = exponential(2 * terms + 1);
    DoubleDouble[] result = new DoubleDouble[terms];
    for (int i = 0; i < terms; i++) {
      int n = first + 2 * i;
      result[i] = new DoubleDouble();
      result[i].set(n == 0 ? DoubleDouble.ONE : inverses[n - 1]);
      if ((i & 1) != 0) {
        result[i].negate();
      }
    }
    return result;
  }

  /** 1, 1/3, 1/5, ... */
  private static DoubleDouble[] odd(int terms, boolean alternating) {
    DoubleDouble[] result = new DoubleDouble[terms];
    for (int i = 0; i < terms; i++) {
      result[i] = inverse(2 * i + 1);
      if (alternating && (i & 1) != 0) {
        result[i].negate();
      }
    }
    return result;
  }

  /** Arc tangents of k/16: each from the one before by the addition theorem. */
  private static DoubleDouble[] arcTangents() {
    DoubleDouble[] result = new DoubleDouble[ATAN_STEPS + 1];
    Series series = new Series();
    result[0] = new DoubleDouble();
    for (int k = 1; k <= ATAN_STEPS; k++) {
      // The difference of the arguments over 1 + their product.
      double product = (double) k * (k - 1) / (ATAN_STEPS * ATAN_STEPS);
      DoubleDouble x = DoubleDouble.of(1.0 / ATAN_STEPS, 0);
      x.divide(DoubleDouble.of(1 + product, 0), new DoubleDouble());
      series.smallArcTangent(x);
      x.add(result[k - 1]);
      result[k] = x;
    }
    return result;
  }

  /** x := e^x - 1, |x| at most 0.7. */
  void exponentialLessOne(DoubleDouble x) {
    work.polynomial(x, Tables.EXPONENTIAL);
    x.multiply(work);
  }

  /** x := sin x, |x| at most pi/4. */
  void sine(DoubleDouble x) {
    square.set(x);
    square.multiply(x);
    work.polynomial(square, Tables.SINE);
    x.multiply(work);
  }

  /** x := cos x, |x| at most pi/4. */
  void cosine(DoubleDouble x) {
    square.set(x);
    square.multiply(x);
    x.polynomial(square, Tables.COSINE);
  }

  /** x := artanh x, |x| at most 0.18. */
  void areaTangent(DoubleDouble x) {
    square.set(x);
    square.multiply(x);
    work.polynomial(square, Tables.AREA_TANGENT);
    x.multiply(work);
  }

  private void smallArcTangent(DoubleDouble x) {
    square.set(x);
    square.multiply(x);
    work.polynomial(square, Tables.ARC_TANGENT);
    x.multiply(work);
  }

  /** x := arctan x, 0 to 1. */
  void arcTangent(DoubleDouble x) {
    int k = (int) Math.rint(x.high * ATAN_STEPS);
    if (k == 0) {
      smallArcTangent(x);
      return;
    }
    // (x - c) / (1 + x c) with c = k/16
    double c = (double) k / ATAN_STEPS;
    step.set(x);
    step.multiply(c);
    step.add(DoubleDouble.ONE);
    square.set(c, 0);
    x.subtract(square);
    x.divide(step, work);
    smallArcTangent(x);
    x.add(Tables.ARC_TANGENTS[k]);
  }
}
