package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64Array;
import dev.zendo.hypercalls.layout.U8;

/**
 * {@code struct xenfb_page} (io/fbif.h). The page of a framebuffer: indices, what the picture is
 * like, and where it is. Two rings of {@link FramebufferEvent}s follow at fixed offsets.
 */
public final class FramebufferPage {
  private static final LayoutBuilder C =
      Layout.struct("xenfb_page", "The page of a framebuffer: indices, format, and where it is.");
  public static final U32 IN_CONS = C.u32("in_cons", "written by the frontend");
  public static final U32 IN_PROD = C.u32("in_prod", "written by the back end");
  public static final U32 OUT_CONS = C.u32("out_cons", "written by the back end");
  public static final U32 OUT_PROD = C.u32("out_prod", "written by the frontend");
  public static final U32 WIDTH = C.u32("width", "pixels of a line");
  public static final U32 HEIGHT = C.u32("height", "lines");
  public static final U32 LINE_LENGTH = C.u32("line_length", "bytes from line to line");
  public static final U32 MEM_LENGTH = C.u32("mem_length", "bytes of the framebuffer");
  public static final U8 DEPTH = C.u8("depth", "bits of a pixel");
  public static final U64Array PD =
      C.u64s("pd", 256, "machine frames that list the framebuffer's machine frames");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private FramebufferPage() {}
}
