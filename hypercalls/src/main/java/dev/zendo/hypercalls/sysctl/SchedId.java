package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_sysctl_sched_id}. Which scheduler runs. */
public final class SchedId {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_sched_id", "Which scheduler runs.");
  public static final U32 SCHED_ID = C.u32("sched_id", "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SchedId() {}
}
