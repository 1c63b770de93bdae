package dev.zendo.hypervisor.engine.fpu;

/** A binary floating-point format: its precision and the exponents of its normal numbers. */
enum FloatFormat {
  SINGLE(24, -126, 127),
  DOUBLE(53, -1022, 1023),
  EXTENDED(64, -16382, 16383),
  /** Extended range, precision control set to 24 bits. */
  EXTENDED_24(24, -16382, 16383),
  /** Extended range, precision control set to 53 bits. */
  EXTENDED_53(53, -16382, 16383);

  /** Bits of the significand, the integer bit included. */
  final int precision;

  final int minExponent;
  final int maxExponent;

  /** What the exponent of an unmasked overflow or underflow result is adjusted by; 0: no result. */
  final int bias;

  FloatFormat(int precision, int minExponent, int maxExponent) {
    this.precision = precision;
    this.minExponent = minExponent;
    this.maxExponent = maxExponent;
    this.bias = maxExponent == 16383 ? 24576 : 0;
  }
}
