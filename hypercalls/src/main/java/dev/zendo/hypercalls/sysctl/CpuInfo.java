package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_cpuinfo}. Idle time of a processor. */
public final class CpuInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_cpuinfo", "Idle time of a processor.");
  public static final U64 IDLETIME = C.u64("idletime", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CpuInfo() {}
}
