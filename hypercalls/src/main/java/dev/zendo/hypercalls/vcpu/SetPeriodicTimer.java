package dev.zendo.hypercalls.vcpu;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct vcpu_set_periodic_timer}. Starts the periodic timer. */
public final class SetPeriodicTimer {
  private static final LayoutBuilder C =
      Layout.struct("vcpu_set_periodic_timer", "Starts the periodic timer.");
  public static final U64 PERIOD_NS = C.u64("period_ns", "in: nanoseconds, at least a millisecond");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetPeriodicTimer() {}
}
