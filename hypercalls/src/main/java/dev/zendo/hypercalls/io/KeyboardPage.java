package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xenkbd_page} (io/kbdif.h). The indices of the rings of a keyboard and pointer. */
public final class KeyboardPage {
  private static final LayoutBuilder C =
      Layout.struct("xenkbd_page", "The indices of the rings of a keyboard and pointer.");
  public static final U32 IN_CONS = C.u32("in_cons", "written by the frontend");
  public static final U32 IN_PROD = C.u32("in_prod", "written by the back end");
  public static final U32 OUT_CONS = C.u32("out_cons", "written by the back end");
  public static final U32 OUT_PROD = C.u32("out_prod", "written by the frontend");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private KeyboardPage() {}
}
