package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xenkbd_key} (io/kbdif.h). A key or a button went down or up. */
public final class KeyboardKey {
  private static final LayoutBuilder C =
      Layout.struct("xenkbd_key", "A key or a button went down or up.");
  public static final U8 TYPE = C.u8("type", "XENKBD_TYPE_KEY");
  public static final U8 PRESSED = C.u8("pressed", "1 if it went down");
  public static final U32 KEYCODE = C.u32("keycode", "KEY_* or BTN_* of Linux's input.h");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private KeyboardKey() {}
}
