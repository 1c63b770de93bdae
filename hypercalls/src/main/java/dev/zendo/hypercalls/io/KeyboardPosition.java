package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xenkbd_position} (io/kbdif.h). Where the pointer is, or how far it moved. */
public final class KeyboardPosition {
  private static final LayoutBuilder C =
      Layout.struct("xenkbd_position", "Where the pointer is, or how far it moved.");
  public static final U8 TYPE = C.u8("type", "XENKBD_TYPE_POS or XENKBD_TYPE_MOTION");
  public static final S32 X = C.s32("abs_x", "pixels from the left");
  public static final S32 Y = C.s32("abs_y", "lines from above");
  public static final S32 WHEEL = C.s32("rel_z", "steps of the wheel, away from the user");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private KeyboardPosition() {}
}
