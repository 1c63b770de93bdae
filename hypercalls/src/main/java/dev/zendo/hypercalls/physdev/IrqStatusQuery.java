package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct physdev_irq_status_query}. Asks about an interrupt. */
public final class IrqStatusQuery {
  private static final LayoutBuilder C =
      Layout.struct("physdev_irq_status_query", "Asks about an interrupt.");
  public static final U32 IRQ = C.u32("irq", "in");
  public static final U32 FLAGS = C.u32("flags", "out: XENIRQSTAT_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private IrqStatusQuery() {}
}
