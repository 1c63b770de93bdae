package dev.zendo.hypervisor.engine.fpu;

/**
 * One floating-point operand taken apart: {@code (-1)^negative * significand * 2^(exponent - 63)}
 * with bit 63 of the significand set. NaNs keep their payload left-aligned as in the 80-bit format.
 * Mutable, for one thread.
 */
final class Unpacked {
  static final int ZERO = 0;
  static final int FINITE = 1;
  static final int INFINITY = 2;
  static final int QUIET = 3;
  static final int SIGNALLING = 4;

  /** An 80-bit encoding the processor refuses (unnormal, pseudo-infinity, pseudo-NaN). */
  static final int UNSUPPORTED = 5;

  static final long TOP = 1L << 63;
  private static final long QUIET_BIT = 1L << 62;

  int kind;
  boolean negative;
  int exponent;
  long significand;

  /** The operand was a denormal number (or pseudo-denormal). */
  boolean denormal;

  boolean isNan() {
    return kind == QUIET || kind == SIGNALLING;
  }

  /** Quiet or signalling NaN, or an unsupported encoding. */
  boolean isOdd() {
    return kind >= QUIET;
  }

  void setZero(boolean sign) {
    kind = ZERO;
    negative = sign;
    exponent = 0;
    significand = 0;
    denormal = false;
  }

  void set(Unpacked other) {
    kind = other.kind;
    negative = other.negative;
    exponent = other.exponent;
    significand = other.significand;
    denormal = other.denormal;
  }

  /** Loads a finite number whose significand need not be normalised. */
  void setScaled(boolean sign, int power, long bits) {
    if (bits == 0) {
      setZero(sign);
      return;
    }
    int shift = Long.numberOfLeadingZeros(bits);
    kind = FINITE;
    negative = sign;
    exponent = power - shift;
    significand = bits << shift;
    denormal = false;
  }

  void setLong(long value) {
    setScaled(value < 0, 63, Math.abs(value));
  }

  void setSingle(int bits, boolean denormalsAreZero) {
    setIeee(bits < 0, (bits >>> 23) & 0xff, (long) bits << 40 & ~TOP, 0xff, 127, denormalsAreZero);
  }

  void setDouble(long bits, boolean denormalsAreZero) {
    int biased = (int) (bits >>> 52) & 0x7ff;
    setIeee(bits < 0, biased, bits << 11 & ~TOP, 0x7ff, 1023, denormalsAreZero);
  }

  private void setIeee(
      boolean sign, int biased, long fraction, int special, int bias, boolean denormalsAreZero) {
    if (biased == special) {
      setSpecial(sign, fraction);
    } else if (biased != 0) {
      kind = FINITE;
      negative = sign;
      exponent = biased - bias;
      significand = fraction | TOP;
      denormal = false;
    } else if (fraction == 0 || denormalsAreZero) {
      setZero(sign);
    } else {
      setScaled(sign, 1 - bias, fraction);
      denormal = true;
    }
  }

  private void setSpecial(boolean sign, long fraction) {
    negative = sign;
    denormal = false;
    exponent = 0;
    significand = fraction | TOP;
    if (fraction == 0) {
      kind = INFINITY;
    } else {
      kind = (fraction & QUIET_BIT) != 0 ? QUIET : SIGNALLING;
    }
  }

  /**
   * Loads an 80-bit number.
   *
   * @param head sign and biased exponent in the low 16 bits
   * @param bits the significand with its explicit integer bit
   */
  void setExtended(int head, long bits) {
    boolean sign = (head & 0x8000) != 0;
    int biased = head & 0x7fff;
    if (biased == 0) {
      setScaled(sign, -16382, bits);
      denormal = bits != 0;
    } else if (bits >= 0) {
      kind = UNSUPPORTED;
      negative = sign;
      significand = bits;
      denormal = false;
    } else if (biased == 0x7fff) {
      setSpecial(sign, bits & ~TOP);
    } else {
      kind = FINITE;
      negative = sign;
      exponent = biased - 16383;
      significand = bits;
      denormal = false;
    }
  }

  /** Makes a signalling NaN quiet. */
  void quiet() {
    kind = QUIET;
    significand |= QUIET_BIT;
  }

  /** The quiet NaN that masked invalid operations return ("real indefinite"). */
  void setIndefinite() {
    kind = QUIET;
    negative = true;
    significand = TOP | QUIET_BIT;
    denormal = false;
  }
}
