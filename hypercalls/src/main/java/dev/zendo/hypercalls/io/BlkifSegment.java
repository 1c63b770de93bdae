package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct blkif_request_segment}. Sectors of one granted page. */
public final class BlkifSegment {
  private static final LayoutBuilder C =
      Layout.struct("blkif_request_segment", "Sectors of one granted page.");
  public static final U32 GREF = C.gref("gref", "grant of the page");
  public static final U8 FIRST_SECT = C.u8("first_sect", "first sector of the page, 0 to 7");
  public static final U8 LAST_SECT = C.u8("last_sect", "last sector, inclusive");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BlkifSegment() {}
}
