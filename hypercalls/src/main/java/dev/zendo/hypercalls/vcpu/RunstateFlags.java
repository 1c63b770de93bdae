package dev.zendo.hypercalls.vcpu;

/** Bit 63 of state_entry_time while the area is updated. */
public final class RunstateFlags {
  public static final long UPDATE = 1L << 63;

  private RunstateFlags() {}
}
