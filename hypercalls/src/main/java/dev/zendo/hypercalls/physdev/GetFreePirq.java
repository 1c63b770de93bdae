package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct physdev_get_free_pirq}. Reserves an interrupt number. */
public final class GetFreePirq {
  private static final LayoutBuilder C =
      Layout.struct("physdev_get_free_pirq", "Reserves an interrupt number.");
  public static final S32 TYPE = C.s32("type", "in");
  public static final U32 PIRQ = C.u32("pirq", "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GetFreePirq() {}
}
