package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_vcpu_msr}. A model-specific register. */
public final class VcpuMsr {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_vcpu_msr", "A model-specific register.");
  public static final U32 INDEX = C.u32("index", "");
  public static final U32 RESERVED = C.u32("reserved", "0");
  public static final U64 VALUE = C.u64("value", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private VcpuMsr() {}
}
