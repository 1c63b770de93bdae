package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct gnttab_copy}. Copies bytes between own or granted frames. */
public final class Copy {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_copy", "Copies bytes between own or granted frames.");
  public static final Nested SOURCE = C.nested("source", CopyPointer.LAYOUT, "in: from");
  public static final Nested DEST = C.nested("dest", CopyPointer.LAYOUT, "in: to");
  public static final U16 LEN = C.u16("len", "in: number of bytes");
  public static final U16 FLAGS = C.u16("flags", "in: GNTCOPY_*");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Copy() {}
}
