package dev.zendo.hypercalls.vcpu;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct vcpu_set_singleshot_timer}. Starts the one-shot timer. */
public final class SetSingleshotTimer {
  private static final LayoutBuilder C =
      Layout.struct("vcpu_set_singleshot_timer", "Starts the one-shot timer.");
  public static final U64 TIMEOUT_ABS_NS = C.u64("timeout_abs_ns", "in: absolute nanoseconds");
  public static final U32 FLAGS = C.u32("flags", "in: VCPU_SSHOTTMR_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetSingleshotTimer() {}
}
