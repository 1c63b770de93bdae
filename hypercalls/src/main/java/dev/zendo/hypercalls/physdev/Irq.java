package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct physdev_irq}. Allocates a vector. */
public final class Irq {
  private static final LayoutBuilder C = Layout.struct("physdev_irq", "Allocates a vector.");
  public static final U32 IRQ = C.u32("irq", "in");
  public static final U32 VECTOR = C.u32("vector", "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Irq() {}
}
