package dev.zendo.hypercalls.vcpu;

/** Flags of vcpu_set_singleshot_timer. */
public final class SingleshotFlags {
  public static final int FUTURE = 1;

  private SingleshotFlags() {}
}
