package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_sysctl_cputopo}. Where a processor is. */
public final class CpuTopo {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_cputopo", "Where a processor is.");
  public static final U32 CORE = C.u32("core", "");
  public static final U32 SOCKET = C.u32("socket", "");
  public static final U32 NODE = C.u32("node", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CpuTopo() {}
}
