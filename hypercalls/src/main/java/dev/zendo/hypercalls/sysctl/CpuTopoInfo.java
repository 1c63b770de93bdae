package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_cputopoinfo}. Where processors are. */
public final class CpuTopoInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_cputopoinfo", "Where processors are.");
  public static final U32 NUM_CPUS = C.u32("num_cpus", "in: room; out: how many");
  public static final U64 CPUTOPO =
      C.pointer("cputopo", "struct xen_sysctl_cputopo", "out; 0 to ask how many");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CpuTopoInfo() {}
}
