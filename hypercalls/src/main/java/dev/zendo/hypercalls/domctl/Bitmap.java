package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xenctl_bitmap}. A bitmap in guest memory. */
public final class Bitmap {
  private static final LayoutBuilder C =
      Layout.struct("xenctl_bitmap", "A bitmap in guest memory.");
  public static final U64 BITMAP = C.pointer("bitmap", "uint8_t", "");
  public static final U32 NR_BITS = C.u32("nr_bits", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Bitmap() {}
}
