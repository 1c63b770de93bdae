package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_memory_reservation}. A list of extents to allocate, free or populate. */
public final class Reservation {
  private static final LayoutBuilder C =
      Layout.struct("xen_memory_reservation", "A list of extents to allocate, free or populate.");
  public static final U64 EXTENT_START =
      C.pointer("extent_start", "xen_pfn_t", "in/out: frame numbers");
  public static final U64 NR_EXTENTS = C.u64("nr_extents", "in: how many");
  public static final U32 EXTENT_ORDER = C.u32("extent_order", "in: each is 2^order frames");
  public static final U32 MEM_FLAGS = C.u32("mem_flags", "in: XENMEMF_*");
  public static final U16 DOMID = C.domid("domid", "in: the domain");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Reservation() {}
}
