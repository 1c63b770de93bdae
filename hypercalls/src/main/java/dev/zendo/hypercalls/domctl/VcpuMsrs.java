package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_vcpu_msrs}. Model-specific registers of a vcpu. */
public final class VcpuMsrs {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_vcpu_msrs", "Model-specific registers of a vcpu.");
  public static final U32 VCPU = C.u32("vcpu", "in: the vcpu");
  public static final U32 MSR_COUNT = C.u32("msr_count", "in: how many; out: how many there are");
  public static final U64 MSRS = C.pointer("msrs", "struct xen_domctl_vcpu_msr", "in or out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private VcpuMsrs() {}
}
