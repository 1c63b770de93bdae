package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct blkif_request_discard}. Sectors whose contents nobody needs any more. */
public final class BlkifDiscard {
  private static final LayoutBuilder C =
      Layout.struct("blkif_request_discard", "Sectors whose contents nobody needs any more.");
  public static final U8 OPERATION = C.u8("operation", "BLKIF_OP_DISCARD");
  public static final U8 FLAG = C.u8("flag", "BLKIF_DISCARD_SECURE or 0");
  public static final U16 HANDLE = C.u16("handle", "virtual device");
  public static final U64 ID = C.u64("id", "echoed in the response");
  public static final U64 SECTOR_NUMBER = C.u64("sector_number", "first sector, of 512 bytes");
  public static final U64 NR_SECTORS = C.u64("nr_sectors", "number of sectors");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BlkifDiscard() {}
}
