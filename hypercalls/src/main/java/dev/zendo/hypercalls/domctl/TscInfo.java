package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_tsc_info}. How a domain sees the TSC. */
public final class TscInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_tsc_info", "How a domain sees the TSC.");
  public static final U32 TSC_MODE = C.u32("tsc_mode", "");
  public static final U32 GTSC_KHZ = C.u32("gtsc_khz", "");
  public static final U32 INCARNATION = C.u32("incarnation", "");
  public static final U32 PAD = C.u32("pad", "");
  public static final U64 ELAPSED_NSEC = C.u64("elapsed_nsec", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private TscInfo() {}
}
