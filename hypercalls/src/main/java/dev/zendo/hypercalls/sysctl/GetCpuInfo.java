package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_getcpuinfo}. Lists processors. */
public final class GetCpuInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_getcpuinfo", "Lists processors.");
  public static final U32 MAX_CPUS = C.u32("max_cpus", "in");
  public static final U64 INFO = C.pointer("info", "struct xen_sysctl_cpuinfo", "out");
  public static final U32 NR_CPUS = C.u32("nr_cpus", "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GetCpuInfo() {}
}
