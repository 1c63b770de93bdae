package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U64;

/**
 * {@code struct xen_remove_from_physmap}. Takes a page out of the guest-physical space of a
 * translated domain.
 */
public final class RemoveFromPhysmap {
  private static final LayoutBuilder C =
      Layout.struct(
          "xen_remove_from_physmap",
          "Takes a page out of the guest-physical space of a translated domain.");
  public static final U16 DOMID = C.domid("domid", "in: the domain");
  public static final U64 GPFN = C.pfn("gpfn", "in: the page");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private RemoveFromPhysmap() {}
}
