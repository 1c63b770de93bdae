package dev.zendo.hypercalls.vcpu;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U64Array;

/** {@code struct vcpu_runstate_info}. How long a vcpu has been in which state. */
public final class RunstateInfo {
  private static final LayoutBuilder C =
      Layout.struct("vcpu_runstate_info", "How long a vcpu has been in which state.");
  public static final S32 STATE = C.s32("state", "RUNSTATE_*");
  public static final U64 STATE_ENTRY_TIME =
      C.u64("state_entry_time", "nanoseconds; bit 63 set while updated");
  public static final U64Array TIME = C.u64s("time", 4, "nanoseconds in each state");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private RunstateInfo() {}
}
