package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_getpageframeinfo3}. Asks for the page types of many frames. */
public final class GetPageFrameInfo3 {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_getpageframeinfo3", "Asks for the page types of many frames.");
  public static final U64 NUM = C.u64("num", "in: how many");
  public static final U64 ARRAY = C.pointer("array", "xen_pfn_t", "in: frames; out: types");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GetPageFrameInfo3() {}
}
