package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_add_to_physmap_batch}. The same for many pages. */
public final class AddToPhysmapBatch {
  private static final LayoutBuilder C =
      Layout.struct("xen_add_to_physmap_batch", "The same for many pages.");
  public static final U16 DOMID = C.domid("domid", "in: the domain");
  public static final U16 SPACE = C.u16("space", "in: XENMAPSPACE_*");
  public static final U16 SIZE = C.u16("size", "in: number of pages");
  private static final LayoutBuilder U = C.union("u", 2, "");
  public static final U16 FOREIGN_DOMID =
      U.domid("foreign_domid", "in: owner of the pages (gmfn_foreign)");
  public static final U16 RES0 = U.u16("res0", "in: 0 otherwise");
  public static final U64 IDXS = C.pointer("idxs", "xen_ulong_t", "in: pages of that space");
  public static final U64 GPFNS = C.pointer("gpfns", "xen_pfn_t", "in: where they appear");
  public static final U64 ERRS = C.pointer("errs", "int", "out: a result each");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private AddToPhysmapBatch() {}
}
