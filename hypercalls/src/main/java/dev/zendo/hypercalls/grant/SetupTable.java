package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct gnttab_setup_table}. Sets the size of the grant table and tells its frames. */
public final class SetupTable {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_setup_table", "Sets the size of the grant table and tells its frames.");
  public static final U16 DOM = C.domid("dom", "in: owner of the table");
  public static final U32 NR_FRAMES = C.u32("nr_frames", "in: frames wanted");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");
  public static final U64 FRAME_LIST = C.pointer("frame_list", "xen_pfn_t", "out: the frames");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetupTable() {}
}
