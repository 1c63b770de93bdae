package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_sysctl_credit_schedule}. Parameters of the credit scheduler. */
public final class CreditSchedule {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_credit_schedule", "Parameters of the credit scheduler.");
  public static final U32 TSLICE_MS = C.u32("tslice_ms", "length of a timeslice");
  public static final U32 RATELIMIT_US =
      C.u32("ratelimit_us", "how long a vcpu runs at least, 0 for no limit");
  public static final U32 VCPU_MIGR_DELAY_US =
      C.u32("vcpu_migr_delay_us", "how long a vcpu stays on a processor at least");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CreditSchedule() {}
}
