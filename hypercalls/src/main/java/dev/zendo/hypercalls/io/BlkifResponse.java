package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct blkif_response}. The end of a request. */
public final class BlkifResponse {
  private static final LayoutBuilder C = Layout.struct("blkif_response", "The end of a request.");
  public static final U64 ID = C.u64("id", "of the request");
  public static final U8 OPERATION = C.u8("operation", "of the request; the inner one if indirect");
  public static final S16 STATUS = C.s16("status", "BLKIF_RSP_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BlkifResponse() {}
}
