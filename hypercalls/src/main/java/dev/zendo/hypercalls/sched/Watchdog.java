package dev.zendo.hypercalls.sched;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct sched_watchdog}. Arms or disarms a watchdog. */
public final class Watchdog {
  private static final LayoutBuilder C =
      Layout.struct("sched_watchdog", "Arms or disarms a watchdog.");
  public static final U32 ID = C.u32("id", "in: 0 for a new one");
  public static final U32 TIMEOUT = C.u32("timeout", "in: seconds, 0 disarms");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Watchdog() {}
}
