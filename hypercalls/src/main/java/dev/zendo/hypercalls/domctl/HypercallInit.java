package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_hypercall_init}. Fills a hypercall page. */
public final class HypercallInit {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_hypercall_init", "Fills a hypercall page.");
  public static final U64 GMFN = C.u64("gmfn", "in: the frame");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private HypercallInit() {}
}
