package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/**
 * {@code struct xen_add_to_physmap}. Puts a page into the guest-physical space of a translated
 * domain.
 */
public final class AddToPhysmap {
  private static final LayoutBuilder C =
      Layout.struct(
          "xen_add_to_physmap",
          "Puts a page into the guest-physical space of a translated domain.");
  public static final U16 DOMID = C.domid("domid", "in: the domain");
  public static final U16 SIZE = C.u16("size", "in: pages for gmfn_range");
  public static final U32 SPACE = C.u32("space", "in: XENMAPSPACE_*");
  public static final U64 IDX = C.u64("idx", "in: which page of that space");
  public static final U64 GPFN = C.pfn("gpfn", "in: where it appears");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private AddToPhysmap() {}
}
