package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xenfb_update} (io/fbif.h). A rectangle of the picture has changed. */
public final class FramebufferUpdate {
  private static final LayoutBuilder C =
      Layout.struct("xenfb_update", "A rectangle of the picture has changed.");
  public static final U8 TYPE = C.u8("type", "XENFB_TYPE_UPDATE");
  public static final S32 X = C.s32("x", "left edge");
  public static final S32 Y = C.s32("y", "upper edge");
  public static final S32 WIDTH = C.s32("width", "pixels");
  public static final S32 HEIGHT = C.s32("height", "lines");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private FramebufferUpdate() {}
}
