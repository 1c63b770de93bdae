package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_domctl_max_vcpus}. Gives a domain its vcpus. */
public final class MaxVcpus {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_max_vcpus", "Gives a domain its vcpus.");
  public static final U32 MAX = C.u32("max", "in: how many");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MaxVcpus() {}
}
