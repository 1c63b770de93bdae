package dev.zendo.hypercalls.domctl;

/** Which affinities of a vcpu are meant. */
public final class AffinityFlags {
  public static final int HARD = 1;
  public static final int SOFT = 2;

  /** Takes SCHEDOP_pin_override back. */
  public static final int FORCE = 4;

  private AffinityFlags() {}
}
