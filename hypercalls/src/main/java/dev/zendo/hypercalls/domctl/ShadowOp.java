package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_shadow_op}. Log-dirty mode. */
public final class ShadowOp {
  private static final LayoutBuilder C = Layout.struct("xen_domctl_shadow_op", "Log-dirty mode.");
  public static final U32 OP = C.u32("op", "in: XEN_DOMCTL_SHADOW_OP_*");
  public static final U32 MODE = C.u32("mode", "in");
  public static final U32 MB = C.u32("mb", "");
  public static final U64 DIRTY_BITMAP = C.pointer("dirty_bitmap", "uint8_t", "");
  public static final U64 PAGES = C.u64("pages", "in/out");
  public static final Nested STATS = C.nested("stats", ShadowOpStats.LAYOUT, "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ShadowOp() {}
}
