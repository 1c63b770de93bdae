package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_domctl_address_size}. Width of a guest. */
public final class AddressSize {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_address_size", "Width of a guest.");
  public static final U32 SIZE = C.u32("size", "bits");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private AddressSize() {}
}
