package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.DENORMAL;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.INVALID;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.OVERFLOW;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.PRECISION;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ROUND_UP;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ROUND_ZERO;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.UNDERFLOW;

/**
 * x87 loads and stores in every memory format (SDM volume 1, 8.3.3).
 *
 * <p>A store has two halves, because memory may refuse it: a {@code store} method computes the
 * {@link #value} (and {@link #head}) without changing the state and tells whether to write it;
 * after the write {@link #complete} raises what was found and pops. Only the thread that runs the
 * vcpu calls it.
 */
public final class X87Memory {
  /** The constants of FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ: sign and exponent. */
  private static final int[] CONSTANT_HEAD = {0x3fff, 0x4000, 0x3fff, 0x4000, 0x3ffd, 0x3ffe, 0};

  /** Their significands rounded toward zero. */
  private static final long[] CONSTANT_BITS = {
    0x8000000000000000L,
    0xd49a784bcd1b8afeL,
    0xb8aa3b295c17f0bbL,
    0xc90fdaa22168c234L,
    0x9a209a84fbcff798L,
    0xb17217f7d1cf79abL,
    0
  };

  /** Whether rounding to nearest goes up from there. */
  private static final boolean[] CONSTANT_UP = {false, false, true, true, true, true, false};

  private static final long BCD_LIMIT = 999_999_999_999_999_999L;

  private final X87 x87;
  private final SoftFloat soft;
  private long value;
  private int head;

  /** Loads and stores of a unit. */
  public X87Memory(X87 x87) {
    this.x87 = x87;
    this.soft = x87.soft;
  }

  /** What the last prepared store writes: 2, 4 or 8 bytes, or the lower 8 of 10. */
  public long value() {
    return value;
  }

  /** The upper two bytes of a prepared ten-byte store. */
  public int head() {
    return head;
  }

  /** FLD m32. */
  public void loadSingle(int bits) {
    soft.a.setSingle(bits, false);
    loadFloat();
  }

  /** FLD m64. */
  public void loadDouble(long bits) {
    soft.a.setDouble(bits, false);
    loadFloat();
  }

  private void loadFloat() {
    if (!x87.roomToPush()) {
      return;
    }
    x87.start();
    if (soft.a.kind == Unpacked.SIGNALLING) {
      soft.flags = INVALID;
      soft.a.quiet();
    } else if (soft.a.denormal) {
      soft.flags = DENORMAL;
    }
    if (x87.raise(soft.flags) != INVALID) {
      soft.result(soft.a);
      x87.push(soft.packExtendedHead(), soft.high);
    }
  }

  /** FLD m80. */
  public void loadExtended(int signAndExponent, long significand) {
    if (x87.roomToPush()) {
      x87.push(signAndExponent, significand);
    }
  }

  /** FILD. */
  public void loadInteger(long integer) {
    if (x87.roomToPush()) {
      soft.a.setLong(integer);
      soft.result(soft.a);
      x87.push(soft.packExtendedHead(), soft.high);
    }
  }

  /** FBLD: nine bytes of two digits each, and a sign byte. */
  public void loadBcd(long digits, int upper) {
    long magnitude = 10L * (upper >> 4 & 15) + (upper & 15);
    for (int shift = 60; shift >= 0; shift -= 4) {
      magnitude = 10 * magnitude + (digits >>> shift & 15);
    }
    if (x87.roomToPush()) {
      soft.a.setScaled((upper & 0x8000) != 0, 63, magnitude);
      soft.result(soft.a);
      x87.push(soft.packExtendedHead(), soft.high);
    }
  }

  /**
   * FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2 or FLDZ.
   *
   * @param which 0..6 in this order
   */
  public void loadConstant(int which) {
    if (x87.roomToPush()) {
      int rounding = x87.start().rounding;
      boolean inexact = which > 0 && which < 6;
      boolean up = rounding == ROUND_UP || (rounding == 0 && CONSTANT_UP[which]);
      x87.push(CONSTANT_HEAD[which], CONSTANT_BITS[which] + (inexact && up ? 1 : 0));
    }
  }

  /** Loads ST(0) for a store; when it is empty the masked answer is the indefinite value. */
  private boolean loadTop() {
    x87.start();
    if (x87.empty(0)) {
      soft.flags = INVALID | X87.STACK_FAULT;
      soft.a.setIndefinite();
      return false;
    }
    soft.a.setExtended(x87.head(0), x87.bits(0));
    return true;
  }

  /** Raises at once what stops a store; true when the store goes on. */
  private boolean goesOn(int stopping) {
    if ((soft.flags & stopping & ~x87.controlWord()) == 0) {
      return true;
    }
    x87.c1(soft.roundedUp);
    x87.raise(soft.flags);
    return false;
  }

  private boolean roundTop(FloatFormat format) {
    if (loadTop()) {
      if (soft.a.kind == Unpacked.UNSUPPORTED) {
        soft.flags |= INVALID;
        soft.a.setIndefinite();
      } else if (soft.a.kind == Unpacked.SIGNALLING) {
        soft.flags |= INVALID;
        soft.a.quiet();
      }
    }
    soft.result(soft.a);
    soft.round(format);
    int beyond = soft.flags & (OVERFLOW | UNDERFLOW);
    if ((beyond & ~x87.controlWord()) != 0) {
      soft.flags = beyond;
      soft.roundedUp = false;
    }
    return goesOn(INVALID | OVERFLOW | UNDERFLOW);
  }

  /** FST m32: returns whether to store. */
  public boolean storeSingle() {
    boolean go = roundTop(FloatFormat.SINGLE);
    value = soft.packSingle();
    return go;
  }

  /** FST m64: returns whether to store. */
  public boolean storeDouble() {
    boolean go = roundTop(FloatFormat.DOUBLE);
    value = soft.packDouble();
    return go;
  }

  /** FSTP m80: returns whether to store. */
  public boolean storeExtended() {
    boolean there = loadTop();
    value = there ? x87.bits(0) : X87.INDEFINITE_BITS;
    head = there ? x87.head(0) : X87.INDEFINITE_HEAD;
    return goesOn(INVALID);
  }

  /**
   * FIST, FISTP and FISTTP: returns whether to store.
   *
   * @param size 2, 4 or 8 bytes
   * @param truncate round toward zero whatever the control word says
   */
  public boolean storeInteger(int size, boolean truncate) {
    long indefinite = -1L << 8 * size - 1;
    value = indefinite;
    if (loadTop()) {
      if (truncate) {
        soft.rounding = ROUND_ZERO;
      }
      boolean fits = !soft.a.isOdd() && soft.a.kind != Unpacked.INFINITY && soft.toInteger();
      long limit = soft.negative ? indefinite : ~indefinite;
      long signed = soft.negative ? -soft.high : soft.high;
      if (!fits || outside(soft.high, soft.negative ? -limit : limit)) {
        soft.flags = INVALID;
        soft.roundedUp = false;
      } else {
        value = signed;
      }
    }
    return goesOn(INVALID);
  }

  private static boolean outside(long magnitude, long limit) {
    return Long.compareUnsigned(magnitude, limit) > 0;
  }

  /** FBSTP: returns whether to store. */
  public boolean storeBcd() {
    value = X87.INDEFINITE_BITS;
    head = 0xffff;
    if (loadTop()) {
      boolean fits = !soft.a.isOdd() && soft.a.kind != Unpacked.INFINITY && soft.toInteger();
      if (!fits || outside(soft.high, BCD_LIMIT)) {
        soft.flags = INVALID;
        soft.roundedUp = false;
      } else {
        packBcd(soft.high);
      }
    }
    return goesOn(INVALID);
  }

  private void packBcd(long magnitude) {
    long rest = magnitude;
    long digits = 0;
    for (int shift = 0; shift < 64; shift += 4) {
      digits |= rest % 10 << shift;
      rest /= 10;
    }
    value = digits;
    head = (int) (rest / 10 << 4 | rest % 10) | (soft.negative ? 0x8000 : 0);
  }

  /** Finishes a store whose value has been written. */
  public void complete(boolean pop) {
    x87.c1(soft.roundedUp && (soft.flags & PRECISION) != 0);
    x87.raise(soft.flags);
    if (pop) {
      x87.pop();
    }
  }
}
