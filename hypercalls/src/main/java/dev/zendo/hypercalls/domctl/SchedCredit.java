package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct xen_domctl_sched_credit}. Share of a domain in the credit scheduler. */
public final class SchedCredit {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_sched_credit", "Share of a domain in the credit scheduler.");
  public static final U16 WEIGHT = C.u16("weight", "");
  public static final U16 CAP = C.u16("cap", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SchedCredit() {}
}
