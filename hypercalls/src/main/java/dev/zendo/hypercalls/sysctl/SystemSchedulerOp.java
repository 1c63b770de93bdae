package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_scheduler_op}. Parameters of a scheduler. */
public final class SystemSchedulerOp {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_scheduler_op", "Parameters of a scheduler.");
  public static final U32 CPUPOOL_ID = C.u32("cpupool_id", "in: whose scheduler");
  public static final U32 SCHED_ID = C.u32("sched_id", "in: XEN_SCHEDULER_*");
  public static final U32 CMD = C.u32("cmd", "in: XEN_SYSCTL_SCHEDOP_*");
  private static final LayoutBuilder U = C.union("u", 8, "");
  public static final Nested SCHED_CREDIT = U.nested("sched_credit", CreditSchedule.LAYOUT, "");
  public static final U64 SCHED_ARINC653 = U.pointer("sched_arinc653", "void", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SystemSchedulerOp() {}
}
