package dev.zendo.hypervisor.engine.fpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SoftFloatTest {
  private static final long SEED = 20240229;
  private static final int CASES = 40_000;

  private final SoftFloat soft = new SoftFloat();
  private final SplittableRandom random = new SplittableRandom(SEED);

  /** Doubles of all kinds but NaNs, biased toward close exponents and the ends of the range. */
  private double anyDouble() {
    long sign = random.nextLong() & Unpacked.TOP;
    long fraction = random.nextLong() >>> 12 & -1L << random.nextInt(52);
    long exponent =
        switch (random.nextInt(6)) {
          case 0 -> random.nextInt(3);
          case 1 -> 2046 - random.nextInt(3);
          case 2 -> random.nextInt(2047);
          default -> 1023 + random.nextInt(120) - 60;
        };
    return Double.longBitsToDouble(sign | exponent << 52 | fraction);
  }

  private void load(double x, double y) {
    soft.a.setDouble(Double.doubleToRawLongBits(x), false);
    soft.b.setDouble(Double.doubleToRawLongBits(y), false);
    soft.flags = 0;
  }

  private double rounded() {
    soft.round(FloatFormat.DOUBLE);
    return Double.longBitsToDouble(soft.packDouble());
  }

  private static void assertSame(double expected, double actual, String what) {
    if (!Double.isNaN(expected) || !Double.isNaN(actual)) {
      assertEquals(Double.doubleToRawLongBits(expected), Double.doubleToRawLongBits(actual), what);
    }
  }

  @Test
  void nearestResultsAreJavas() {
    for (int i = 0; i < CASES; i++) {
      double x = anyDouble();
      double y = anyDouble();
      String what = "seed " + SEED + ": " + x + ", " + y;
      load(x, y);
      soft.add(false);
      assertSame(x + y, rounded(), what);
      load(x, y);
      soft.add(true);
      assertSame(x - y, rounded(), what);
      load(x, y);
      soft.multiply();
      assertSame(x * y, rounded(), what);
      load(x, y);
      soft.divide();
      assertSame(x / y, rounded(), what);
      load(x, y);
      soft.squareRoot();
      assertSame(Math.sqrt(x), rounded(), what);
      load(x, y);
      soft.result(soft.a);
      soft.round(FloatFormat.SINGLE);
      assertSame((float) x, Float.intBitsToFloat(soft.packSingle()), what);
    }
  }

  @Test
  void directedRoundingEnclosesTheExactProduct() {
    for (int i = 0; i < CASES; i++) {
      double x = random.nextDouble() - 0.5;
      double y = random.nextDouble() - 0.5;
      BigDecimal exact = new BigDecimal(x).multiply(new BigDecimal(y));
      soft.rounding = FloatFlags.ROUND_DOWN;
      load(x, y);
      soft.multiply();
      double down = rounded();
      soft.rounding = FloatFlags.ROUND_UP;
      load(x, y);
      soft.multiply();
      double up = rounded();
      soft.rounding = FloatFlags.ROUND_ZERO;
      load(x, y);
      soft.multiply();
      double zero = rounded();
      assertTrue(new BigDecimal(down).compareTo(exact) <= 0);
      assertTrue(new BigDecimal(up).compareTo(exact) >= 0);
      assertEquals(exact.signum() < 0 ? up : down, zero);
      boolean inexact = (soft.flags & FloatFlags.PRECISION) != 0;
      assertEquals(inexact, down != up);
      assertEquals(inexact ? Math.nextUp(down) : down, up);
    }
  }

  @Test
  void extendedQuotientsAndRootsAreCorrectTo64Bits() {
    for (int i = 0; i < 2000; i++) {
      long x = random.nextLong() | Unpacked.TOP;
      long y = random.nextLong() | Unpacked.TOP;
      soft.rounding = FloatFlags.ROUND_ZERO;
      soft.a.setExtended(0x3fff, x);
      soft.b.setExtended(0x3fff, y);
      soft.divide();
      soft.round(FloatFormat.EXTENDED);
      BigDecimal exact = unsigned(x).divide(unsigned(y), new MathContext(60));
      assertTruncated(exact);
      soft.squareRoot();
      soft.round(FloatFormat.EXTENDED);
      BigDecimal one = new BigDecimal(2).pow(63);
      assertTruncated(unsigned(x).divide(one).sqrt(new MathContext(60)));
    }
  }

  /** The rounded result is the exact one with everything below its last bit cut off. */
  private void assertTruncated(BigDecimal exact) {
    BigDecimal unit = BigDecimal.ONE.divide(new BigDecimal(2).pow(63 - soft.exponent));
    BigDecimal got = unsigned(soft.high).multiply(unit);
    assertTrue(got.compareTo(exact) <= 0 && got.add(unit).compareTo(exact) > 0);
  }

  private static BigDecimal unsigned(long value) {
    return new BigDecimal(Long.toUnsignedString(value));
  }

  @Test
  void tininessIsFoundAfterRounding() {
    // The largest number below the smallest normal one in unbounded range rounds up to it.
    soft.flags = 0;
    soft.kind = Unpacked.FINITE;
    soft.negative = false;
    soft.exponent = -1023;
    soft.high = -1;
    soft.low = -1;
    assertEquals(Double.MIN_NORMAL, rounded());
    assertEquals(FloatFlags.PRECISION, soft.flags);
    soft.flags = 0;
    soft.exponent = -1023;
    soft.high = 0xfffffffffffffbffL;
    soft.low = 0;
    assertEquals(Double.MIN_NORMAL, rounded());
    assertEquals(FloatFlags.PRECISION | FloatFlags.UNDERFLOW, soft.flags);
  }

  @Test
  void integersRoundInEveryMode() {
    double[] values = {0.5, 1.5, 2.5, -0.5, -1.5, -2.25, 1e15 + 0.5, 3};
    for (double value : values) {
      for (int mode = 0; mode < 4; mode++) {
        soft.rounding = mode;
        load(value, 0);
        assertTrue(soft.toInteger());
        double expected =
            switch (mode) {
              case FloatFlags.ROUND_NEAREST -> Math.rint(value);
              case FloatFlags.ROUND_DOWN -> Math.floor(value);
              case FloatFlags.ROUND_UP -> Math.ceil(value);
              default -> value < 0 ? Math.ceil(value) : Math.floor(value);
            };
        assertEquals(Math.abs(expected), soft.high);
      }
    }
  }
}
