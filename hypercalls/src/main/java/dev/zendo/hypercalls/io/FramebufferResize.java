package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xenfb_resize} (io/fbif.h). The picture has another size. */
public final class FramebufferResize {
  private static final LayoutBuilder C =
      Layout.struct("xenfb_resize", "The picture has another size.");
  public static final U8 TYPE = C.u8("type", "XENFB_TYPE_RESIZE");
  public static final S32 WIDTH = C.s32("width", "pixels of a line");
  public static final S32 HEIGHT = C.s32("height", "lines");
  public static final S32 STRIDE = C.s32("stride", "bytes from line to line");
  public static final S32 DEPTH = C.s32("depth", "bits of a pixel");
  public static final S32 OFFSET = C.s32("offset", "bytes before the first pixel");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private FramebufferResize() {}
}
