package dev.zendo.hypercalls.start;

/** Flags of vcpu_time_info. */
public final class PvclockFlags {
  public static final int TSC_STABLE_BIT = 1;
  public static final int GUEST_STOPPED = 1 << 1;

  private PvclockFlags() {}
}
