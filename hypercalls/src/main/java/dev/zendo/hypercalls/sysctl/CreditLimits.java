package dev.zendo.hypercalls.sysctl;

/** Limits of the parameters of the credit scheduler. */
public final class CreditLimits {
  public static final int CSCHED_TSLICE_MAX = 1000;
  public static final int CSCHED_TSLICE_MIN = 1;
  public static final int SCHED_RATELIMIT_MAX = 500_000;
  public static final int SCHED_RATELIMIT_MIN = 100;
  public static final int CSCHED_MGR_DLY_MAX_US = 100_000;

  private CreditLimits() {}
}
