package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_machphys_mfn_list}. Tells the frames that hold the machine-to-phys table. */
public final class MachphysMfnList {
  private static final LayoutBuilder C =
      Layout.struct(
          "xen_machphys_mfn_list", "Tells the frames that hold the machine-to-phys table.");
  public static final U32 MAX_EXTENTS = C.u32("max_extents", "in: room in the list");
  public static final U64 EXTENT_START =
      C.pointer("extent_start", "xen_pfn_t", "out: first frames of 2 MiB pieces");
  public static final U32 NR_EXTENTS = C.u32("nr_extents", "out: entries written");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MachphysMfnList() {}
}
