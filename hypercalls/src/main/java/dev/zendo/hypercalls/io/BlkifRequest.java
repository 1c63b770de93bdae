package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct blkif_request}. A request to a disk, with its data in up to eleven pages. */
public final class BlkifRequest {
  private static final LayoutBuilder C =
      Layout.struct("blkif_request", "A request to a disk, with its data in up to eleven pages.");
  public static final U8 OPERATION = C.u8("operation", "BLKIF_OP_*");
  public static final U8 NR_SEGMENTS = C.u8("nr_segments", "segments used");
  public static final U16 HANDLE = C.u16("handle", "virtual device");
  public static final U64 ID = C.u64("id", "echoed in the response");
  public static final U64 SECTOR_NUMBER = C.u64("sector_number", "first sector, of 512 bytes");
  public static final Nested SEG =
      C.nested("seg", BlkifSegment.LAYOUT, BlkifLimits.SEGMENTS_PER_REQUEST, "data, in order");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BlkifRequest() {}
}
