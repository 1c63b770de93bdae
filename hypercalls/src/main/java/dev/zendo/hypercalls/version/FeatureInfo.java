package dev.zendo.hypercalls.version;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_feature_info}. 32 feature bits. */
public final class FeatureInfo {
  private static final LayoutBuilder C = Layout.struct("xen_feature_info", "32 feature bits.");
  public static final U32 SUBMAP_IDX = C.u32("submap_idx", "in: which 32");
  public static final U32 SUBMAP = C.u32("submap", "out: bits by XENFEAT_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private FeatureInfo() {}
}
