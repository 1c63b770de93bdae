package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_meminfo}. Memory of a node. */
public final class MemInfo {
  private static final LayoutBuilder C = Layout.struct("xen_sysctl_meminfo", "Memory of a node.");
  public static final U64 MEMSIZE = C.u64("memsize", "bytes");
  public static final U64 MEMFREE = C.u64("memfree", "bytes");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MemInfo() {}
}
