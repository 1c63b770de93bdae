package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.INVALID;

/**
 * FSIN, FCOS, FSINCOS and FPTAN. Arguments are reduced with the 66-bit pi that processors use (SDM
 * volume 1, 8.3.8), exactly; results are as accurate as those of {@link X87Transcendental}. Only
 * the thread that runs the vcpu calls it.
 */
public final class X87Trigonometry extends X87Function {
  /** Half of the 66-bit pi is this, 66 bits, times 2^-65. */
  private static final long HALF_PI_HIGH = 3;

  private static final long HALF_PI_LOW = 0x243f6a8885a308d3L;

  /** Exponents below which processors give the first term of the series. */
  private static final int TINY_ANGLE = -68;

  private int quadrant;

  /** Functions of a unit's registers. */
  public X87Trigonometry(X87 x87, X87Arithmetic arithmetic) {
    super(x87, arithmetic);
  }

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
    noteDenormals();
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
        high > 1 || (high == 1 && Long.compareUnsigned(low, HALF_PI_LOW >>> 1 | Unpacked.TOP) > 0);
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
