package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct physdev_eoi}. Ends an interrupt. */
public final class Eoi {
  private static final LayoutBuilder C = Layout.struct("physdev_eoi", "Ends an interrupt.");
  public static final U32 IRQ = C.u32("irq", "in");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Eoi() {}
}
