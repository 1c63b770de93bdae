package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_numainfo}. Nodes of the machine. */
public final class NumaInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_numainfo", "Nodes of the machine.");
  public static final U32 NUM_NODES = C.u32("num_nodes", "in: room; out: how many");
  public static final U64 MEMINFO = C.pointer("meminfo", "struct xen_sysctl_meminfo", "out");
  public static final U64 DISTANCE = C.pointer("distance", "uint32_t", "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NumaInfo() {}
}
