package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_vcpucontext}. Reads or sets the state of a vcpu. */
public final class VcpuContext {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_vcpucontext", "Reads or sets the state of a vcpu.");
  public static final U32 VCPU = C.u32("vcpu", "in: the vcpu");
  public static final U64 CTXT = C.pointer("ctxt", "struct vcpu_guest_context", "in or out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private VcpuContext() {}
}
