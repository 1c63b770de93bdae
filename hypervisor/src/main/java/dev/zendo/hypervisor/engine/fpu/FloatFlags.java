package dev.zendo.hypervisor.engine.fpu;

/**
 * Floating-point exceptions and rounding modes, in the encoding that FSW, FCW and MXCSR share (SDM
 * volume 1, 8.1.3 and 10.2.3).
 */
final class FloatFlags {
  static final int INVALID = 0x01;
  static final int DENORMAL = 0x02;
  static final int ZERO_DIVIDE = 0x04;
  static final int OVERFLOW = 0x08;
  static final int UNDERFLOW = 0x10;
  static final int PRECISION = 0x20;

  /** The exceptions that are found before an operation computes. */
  static final int BEFORE = INVALID | DENORMAL | ZERO_DIVIDE;

  static final int ALL = 0x3f;

  static final int ROUND_NEAREST = 0;
  static final int ROUND_DOWN = 1;
  static final int ROUND_UP = 2;
  static final int ROUND_ZERO = 3;

  private FloatFlags() {}
}
