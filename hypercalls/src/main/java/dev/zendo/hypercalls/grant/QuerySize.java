package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct gnttab_query_size}. Asks for the size of a grant table. */
public final class QuerySize {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_query_size", "Asks for the size of a grant table.");
  public static final U16 DOM = C.domid("dom", "in: owner of the table");
  public static final U32 NR_FRAMES = C.u32("nr_frames", "out: frames now");
  public static final U32 MAX_NR_FRAMES = C.u32("max_nr_frames", "out: most it may have");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private QuerySize() {}
}
