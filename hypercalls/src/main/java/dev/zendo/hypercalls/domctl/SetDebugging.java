package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xen_domctl_setdebugging}. Whether a debugger is attached. */
public final class SetDebugging {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_setdebugging", "Whether a debugger is attached.");
  public static final U8 ENABLE = C.u8("enable", "in");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetDebugging() {}
}
