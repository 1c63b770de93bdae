package dev.zendo.hypercalls.sched;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct sched_shutdown}. Ends the domain. */
public final class Shutdown {
  private static final LayoutBuilder C = Layout.struct("sched_shutdown", "Ends the domain.");
  public static final U32 REASON = C.u32("reason", "in: SHUTDOWN_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Shutdown() {}
}
