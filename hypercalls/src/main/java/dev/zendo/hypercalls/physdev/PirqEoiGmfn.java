package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct physdev_pirq_eoi_gmfn}. Shares a bitmap of interrupts that need EOI. */
public final class PirqEoiGmfn {
  private static final LayoutBuilder C =
      Layout.struct("physdev_pirq_eoi_gmfn", "Shares a bitmap of interrupts that need EOI.");
  public static final U64 GMFN = C.pfn("gmfn", "in: frame");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PirqEoiGmfn() {}
}
