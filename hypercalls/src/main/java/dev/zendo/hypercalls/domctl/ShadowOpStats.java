package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_domctl_shadow_op_stats}. Counters of log-dirty mode. */
public final class ShadowOpStats {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_shadow_op_stats", "Counters of log-dirty mode.");
  public static final U32 FAULT_COUNT = C.u32("fault_count", "");
  public static final U32 DIRTY_COUNT = C.u32("dirty_count", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ShadowOpStats() {}
}
