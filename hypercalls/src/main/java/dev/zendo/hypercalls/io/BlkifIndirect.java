package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32Array;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct blkif_request_indirect}. A request whose segments stand in pages of their own. */
public final class BlkifIndirect {
  private static final LayoutBuilder C =
      Layout.struct(
          "blkif_request_indirect", "A request whose segments stand in pages of their own.");
  public static final U8 OPERATION = C.u8("operation", "BLKIF_OP_INDIRECT");
  public static final U8 INDIRECT_OP = C.u8("indirect_op", "BLKIF_OP_READ or BLKIF_OP_WRITE");
  public static final U16 NR_SEGMENTS = C.u16("nr_segments", "segments used");
  public static final U64 ID = C.u64("id", "echoed in the response");
  public static final U64 SECTOR_NUMBER = C.u64("sector_number", "first sector, of 512 bytes");
  public static final U16 HANDLE = C.u16("handle", "virtual device");
  public static final U32Array INDIRECT_GREFS =
      C.u32s("indirect_grefs", BlkifLimits.INDIRECT_PAGES, "pages of 512 segments each");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BlkifIndirect() {}
}
