package dev.zendo.hypervisor.engine.direct;

/** Condition codes of the host's conditional jumps (SDM volume 1, appendix B). */
final class Condition {
  static final int NOT_BELOW = 3;
  static final int EQUAL = 4;
  static final int NOT_EQUAL = 5;
  static final int NOT_ABOVE = 6;
  static final int ABOVE = 7;
  static final int NEGATIVE = 8;

  /** The same code: a result of zero means that what was compared is equal. */
  static final int ZERO = EQUAL;

  static final int NOT_ZERO = NOT_EQUAL;

  private Condition() {}
}
