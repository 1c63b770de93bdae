package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct gnttab_get_status_frames}. Tells the frames of version 2 status words. */
public final class GetStatusFrames {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_get_status_frames", "Tells the frames of version 2 status words.");
  public static final U32 NR_FRAMES = C.u32("nr_frames", "in: room in the list");
  public static final U16 DOM = C.domid("dom", "in: owner of the table");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");
  public static final U64 FRAME_LIST = C.pointer("frame_list", "uint64_t", "out: the frames");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GetStatusFrames() {}
}
