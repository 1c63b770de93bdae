package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_availheap}. Free memory by address width. */
public final class AvailHeap {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_availheap", "Free memory by address width.");
  public static final U32 MIN_BITWIDTH = C.u32("min_bitwidth", "in");
  public static final U32 MAX_BITWIDTH = C.u32("max_bitwidth", "in");
  public static final S32 NODE = C.s32("node", "in");
  public static final U64 AVAIL_BYTES = C.u64("avail_bytes", "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private AvailHeap() {}
}
