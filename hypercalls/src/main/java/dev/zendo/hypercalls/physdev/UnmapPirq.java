package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct physdev_unmap_pirq}. Unmaps an interrupt. */
public final class UnmapPirq {
  private static final LayoutBuilder C =
      Layout.struct("physdev_unmap_pirq", "Unmaps an interrupt.");
  public static final U16 DOMID = C.domid("domid", "in");
  public static final S32 PIRQ = C.s32("pirq", "in");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private UnmapPirq() {}
}
