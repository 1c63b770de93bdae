package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_domctl_vcpuaffinity}. Where a vcpu may run. */
public final class VcpuAffinity {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_vcpuaffinity", "Where a vcpu may run.");
  public static final U32 VCPU = C.u32("vcpu", "in: the vcpu");
  public static final U32 FLAGS = C.u32("flags", "in: XEN_VCPUAFFINITY_*");
  public static final Nested CPUMAP_HARD = C.nested("cpumap_hard", Bitmap.LAYOUT, "");
  public static final Nested CPUMAP_SOFT = C.nested("cpumap_soft", Bitmap.LAYOUT, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private VcpuAffinity() {}
}
