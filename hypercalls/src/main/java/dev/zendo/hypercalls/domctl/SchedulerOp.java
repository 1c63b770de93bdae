package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_scheduler_op}. Scheduling parameters of a domain. */
public final class SchedulerOp {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_scheduler_op", "Scheduling parameters of a domain.");
  public static final U32 SCHED_ID = C.u32("sched_id", "in: XEN_SCHEDULER_*");
  public static final U32 CMD = C.u32("cmd", "in: XEN_DOMCTL_SCHEDOP_*");
  private static final LayoutBuilder U = C.union("u", 8, "");
  public static final Nested CREDIT = U.nested("credit", SchedCredit.LAYOUT, "");
  public static final Nested CREDIT2 = U.nested("credit2", SchedCredit.LAYOUT, "");
  private static final LayoutBuilder V = U.struct("v", 8, "");
  public static final U64 VCPUS = V.pointer("vcpus", "void", "");
  public static final U32 NR_VCPUS = V.u32("nr_vcpus", "");
  public static final U32 PADDING = V.u32("padding", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SchedulerOp() {}
}
