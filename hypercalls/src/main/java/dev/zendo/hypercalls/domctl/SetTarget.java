package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct xen_domctl_set_target}. Gives a domain rights over another one. */
public final class SetTarget {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_set_target", "Gives a domain rights over another one.");
  public static final U16 TARGET = C.u16("target", "in: number of the other domain");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetTarget() {}
}
