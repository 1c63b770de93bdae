package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.DENORMAL;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.INVALID;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.PRECISION;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ROUND_ZERO;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Conversions between integers, single and double precision, rounding to integral values and the
 * reciprocal estimates. Stateless; thread-safe as far as the operands allow.
 *
 * <p>RCPPS and RSQRTPS are within the SDM's bound of 1.5 * 2^-12 of the true value; their bits
 * differ between processors and differ here too.
 */
public final class SseConvert {
  private SseConvert() {}

  private static int toInt32(SseUnit unit, boolean truncate) {
    return (int) toInteger(unit, truncate, 32);
  }

  /** Converts the unit's loaded operand; the indefinite integer answers what does not fit. */
  private static long toInteger(SseUnit unit, boolean truncate, int width) {
    SoftFloat soft = unit.soft;
    long indefinite = -1L << width - 1;
    int before = soft.flags;
    if (truncate) {
      soft.rounding = ROUND_ZERO;
    }
    if (!soft.a.isNan() && soft.a.kind != Unpacked.INFINITY && soft.toInteger()) {
      long limit = soft.negative ? -indefinite : ~indefinite;
      if (Long.compareUnsigned(soft.high, limit) <= 0) {
        return soft.negative ? -soft.high : soft.high;
      }
    }
    soft.flags = before | INVALID;
    return indefinite;
  }

  private static int doubleToInt32(SseUnit unit, long bits, boolean truncate) {
    double value = Double.longBitsToDouble(bits);
    if (unit.plain() && Math.abs(value) < 0x1p31 - 1) {
      int result = (int) (truncate ? value : Math.rint(value));
      if (result != value) {
        unit.raise(PRECISION);
      }
      return result;
    }
    unit.load(bits);
    return toInt32(unit, truncate);
  }

  private static int singleToInt32(SseUnit unit, int bits, boolean truncate) {
    double value = Float.intBitsToFloat(bits);
    if (unit.plain() && Math.abs(value) < 0x1p31 - 1) {
      int result = (int) (truncate ? value : Math.rint(value));
      if (result != value) {
        unit.raise(PRECISION);
      }
      return result;
    }
    unit.load(bits);
    return toInt32(unit, truncate);
  }

  /** Where a scalar conversion to a general register leaves its result. */
  public static final class IntegerResult {
    private long value;

    /** The converted integer, sign-extended. */
    public long value() {
      return value;
    }
  }

  /**
   * CVTSD2SI and CVTTSD2SI.
   *
   * @param width 32 or 64
   * @return false for #XM
   */
  public static boolean fromDouble(
      SseUnit unit, long bits, boolean truncate, int width, IntegerResult result) {
    unit.start();
    if (width == 32) {
      result.value = doubleToInt32(unit, bits, truncate);
    } else {
      unit.load(bits);
      result.value = toInteger(unit, truncate, 64);
    }
    return unit.finish();
  }

  /** CVTSS2SI and CVTTSS2SI, as for double precision. */
  public static boolean fromSingle(
      SseUnit unit, int bits, boolean truncate, int width, IntegerResult result) {
    unit.start();
    if (width == 32) {
      result.value = singleToInt32(unit, bits, truncate);
    } else {
      unit.load(bits);
      result.value = toInteger(unit, truncate, 64);
    }
    return unit.finish();
  }

  private static long integerToDouble(SseUnit unit, long value) {
    double result = (double) value;
    if (unit.plain() && Math.abs(value) <= 1L << 53 && value != Long.MIN_VALUE) {
      return Double.doubleToRawLongBits(result);
    }
    unit.load(0L);
    unit.soft.a.setLong(value);
    unit.soft.result(unit.soft.a);
    unit.soft.round(FloatFormat.DOUBLE);
    return unit.soft.packDouble();
  }

  private static int integerToSingle(SseUnit unit, long value) {
    unit.load(0);
    unit.soft.a.setLong(value);
    unit.soft.result(unit.soft.a);
    unit.soft.round(FloatFormat.SINGLE);
    return unit.soft.packSingle();
  }

  /** CVTSI2SD; returns false for #XM. */
  public static boolean toDouble(SseUnit unit, long to, long value) {
    unit.start();
    long result = integerToDouble(unit, value);
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putLong(to, result);
    return true;
  }

  /** CVTSI2SS; returns false for #XM. */
  public static boolean toSingle(SseUnit unit, long to, long value) {
    unit.start();
    int result = integerToSingle(unit, value);
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putInt(to, result);
    return true;
  }

  private static long widen(SseUnit unit, int bits) {
    if (SseUnit.normal(bits)) {
      return Double.doubleToRawLongBits(Float.intBitsToFloat(bits));
    }
    unit.load(bits);
    if (unit.soft.a.denormal) {
      unit.raise(DENORMAL);
    }
    unit.soft.result(unit.soft.a);
    return unit.soft.packDouble();
  }

  private static int narrow(SseUnit unit, long bits) {
    if (unit.plain() && SseUnit.normal(bits)) {
      double value = Double.longBitsToDouble(bits);
      int result = Float.floatToRawIntBits((float) value);
      int exponent = result >>> 23 & 0xff;
      if (exponent >= 2 && exponent < 0xff) {
        if (Float.intBitsToFloat(result) != value) {
          unit.raise(PRECISION);
        }
        return result;
      }
    }
    unit.load(bits);
    if (unit.soft.a.denormal) {
      unit.raise(DENORMAL);
    }
    unit.soft.result(unit.soft.a);
    unit.soft.round(FloatFormat.SINGLE);
    return unit.soft.packSingle();
  }

  /** CVTSS2SD. */
  public static boolean cvtss2sd(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    long result = widen(unit, HostMemory.getInt(from));
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putLong(to, result);
    return true;
  }

  /** CVTSD2SS. */
  public static boolean cvtsd2ss(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int result = narrow(unit, HostMemory.getLong(from));
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putInt(to, result);
    return true;
  }

  /** CVTPS2PD; reads 8 bytes of the source. */
  public static boolean cvtps2pd(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    long r0 = widen(unit, HostMemory.getInt(from));
    long r1 = widen(unit, HostMemory.getInt(from + 4));
    return SseArithmetic.storeDoubles(unit, to, r0, r1);
  }

  /** CVTPD2PS. */
  public static boolean cvtpd2ps(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int r0 = narrow(unit, HostMemory.getLong(from));
    int r1 = narrow(unit, HostMemory.getLong(from + 8));
    return SseArithmetic.storeSingles(unit, to, r0, r1, 0, 0);
  }

  /** CVTDQ2PS. */
  public static boolean cvtdq2ps(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int r0 = integerToSingle(unit, HostMemory.getInt(from));
    int r1 = integerToSingle(unit, HostMemory.getInt(from + 4));
    int r2 = integerToSingle(unit, HostMemory.getInt(from + 8));
    int r3 = integerToSingle(unit, HostMemory.getInt(from + 12));
    return SseArithmetic.storeSingles(unit, to, r0, r1, r2, r3);
  }

  /** CVTPI2PS: changes the low eight bytes. */
  public static boolean cvtpi2ps(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int r0 = integerToSingle(unit, HostMemory.getInt(from));
    int r1 = integerToSingle(unit, HostMemory.getInt(from + 4));
    return storePair(unit, to, r0, r1);
  }

  private static boolean storePair(SseUnit unit, long to, int r0, int r1) {
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putInt(to, r0);
    HostMemory.putInt(to + 4, r1);
    return true;
  }

  /** CVTDQ2PD and CVTPI2PD: exact; reads 8 bytes of the source. */
  public static void cvtdq2pd(long to, long from, int immediate) {
    double r0 = HostMemory.getInt(from);
    double r1 = HostMemory.getInt(from + 4);
    HostMemory.putLong(to, Double.doubleToRawLongBits(r0));
    HostMemory.putLong(to + 8, Double.doubleToRawLongBits(r1));
  }

  /** CVTPS2DQ and CVTTPS2DQ. */
  public static SseFunction singlesToIntegers(boolean truncate) {
    return (unit, to, from, immediate) -> {
      unit.start();
      int r0 = singleToInt32(unit, HostMemory.getInt(from), truncate);
      int r1 = singleToInt32(unit, HostMemory.getInt(from + 4), truncate);
      int r2 = singleToInt32(unit, HostMemory.getInt(from + 8), truncate);
      int r3 = singleToInt32(unit, HostMemory.getInt(from + 12), truncate);
      return SseArithmetic.storeSingles(unit, to, r0, r1, r2, r3);
    };
  }

  /** CVTPD2DQ and CVTTPD2DQ: clears the upper eight bytes. */
  public static SseFunction doublesToIntegers(boolean truncate) {
    return (unit, to, from, immediate) -> {
      unit.start();
      int r0 = doubleToInt32(unit, HostMemory.getLong(from), truncate);
      int r1 = doubleToInt32(unit, HostMemory.getLong(from + 8), truncate);
      return SseArithmetic.storeSingles(unit, to, r0, r1, 0, 0);
    };
  }

  /** CVTPS2PI and CVTTPS2PI: reads and writes eight bytes. */
  public static SseFunction singlesToMmx(boolean truncate) {
    return (unit, to, from, immediate) -> {
      unit.start();
      int r0 = singleToInt32(unit, HostMemory.getInt(from), truncate);
      int r1 = singleToInt32(unit, HostMemory.getInt(from + 4), truncate);
      return storePair(unit, to, r0, r1);
    };
  }

  /** CVTPD2PI and CVTTPD2PI: writes eight bytes. */
  public static SseFunction doublesToMmx(boolean truncate) {
    return (unit, to, from, immediate) -> {
      unit.start();
      int r0 = doubleToInt32(unit, HostMemory.getLong(from), truncate);
      int r1 = doubleToInt32(unit, HostMemory.getLong(from + 8), truncate);
      return storePair(unit, to, r0, r1);
    };
  }

  /** Rounds the loaded operand as ROUNDSD's immediate says, in the kernel. */
  private static void integral(SseUnit unit, int immediate) {
    SoftFloat soft = unit.soft;
    int before = soft.flags;
    if ((immediate & 4) == 0) {
      soft.rounding = immediate & 3;
    }
    if (soft.a.isNan()) {
      soft.result(soft.a);
    } else {
      soft.roundToIntegral();
    }
    if ((immediate & 8) != 0) {
      soft.flags = before;
    }
  }

  private static long integralDouble(SseUnit unit, long at, int immediate) {
    unit.load(HostMemory.getLong(at));
    integral(unit, immediate);
    return unit.soft.packDouble();
  }

  private static int integralSingle(SseUnit unit, long at, int immediate) {
    unit.load(HostMemory.getInt(at));
    integral(unit, immediate);
    return unit.soft.packSingle();
  }

  /** ROUNDSD. */
  public static boolean roundsd(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    long result = integralDouble(unit, from, immediate);
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putLong(to, result);
    return true;
  }

  /** ROUNDSS. */
  public static boolean roundss(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int result = integralSingle(unit, from, immediate);
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putInt(to, result);
    return true;
  }

  /** ROUNDPD. */
  public static boolean roundpd(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    long r0 = integralDouble(unit, from, immediate);
    long r1 = integralDouble(unit, from + 8, immediate);
    return SseArithmetic.storeDoubles(unit, to, r0, r1);
  }

  /** ROUNDPS. */
  public static boolean roundps(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int r0 = integralSingle(unit, from, immediate);
    int r1 = integralSingle(unit, from + 4, immediate);
    int r2 = integralSingle(unit, from + 8, immediate);
    int r3 = integralSingle(unit, from + 12, immediate);
    return SseArithmetic.storeSingles(unit, to, r0, r1, r2, r3);
  }

  /** RCPSS. */
  public static void rcpss(long to, long from, int immediate) {
    HostMemory.putInt(to, reciprocal(HostMemory.getInt(from)));
  }

  /** RCPPS. */
  public static void rcpps(long to, long from, int immediate) {
    for (int i = 0; i < 16; i += 4) {
      rcpss(to + i, from + i, 0);
    }
  }

  /** RSQRTSS. */
  public static void rsqrtss(long to, long from, int immediate) {
    HostMemory.putInt(to, reciprocalRoot(HostMemory.getInt(from)));
  }

  /** RSQRTPS. */
  public static void rsqrtps(long to, long from, int immediate) {
    for (int i = 0; i < 16; i += 4) {
      rsqrtss(to + i, from + i, 0);
    }
  }

  /** Keeps twelve bits of a result, as the hardware's table does; tiny results become zero. */
  private static int estimate(double exact) {
    int bits = Float.floatToRawIntBits((float) exact);
    if ((bits & 0x7f800000) == 0) {
      return bits & 0x80000000;
    }
    return bits + 0x400 & ~0x7ff;
  }

  private static int reciprocal(int bits) {
    int exponent = bits & 0x7f800000;
    if (exponent == 0x7f800000 && bits << 9 != 0) {
      return bits | 0x400000;
    }
    if (exponent == 0) {
      return bits & 0x80000000 | 0x7f800000;
    }
    return estimate(1.0 / Float.intBitsToFloat(bits));
  }

  private static int reciprocalRoot(int bits) {
    int exponent = bits & 0x7f800000;
    if (exponent == 0x7f800000 && bits << 9 != 0) {
      return bits | 0x400000;
    }
    if (exponent == 0) {
      return bits & 0x80000000 | 0x7f800000;
    }
    if (bits < 0) {
      return 0xffc00000;
    }
    return estimate(1.0 / Math.sqrt(Float.intBitsToFloat(bits)));
  }
}
