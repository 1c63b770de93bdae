package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_memory_exchange}. Trades frames for others. */
public final class Exchange {
  private static final LayoutBuilder C =
      Layout.struct("xen_memory_exchange", "Trades frames for others.");
  public static final Nested IN = C.nested("in", Reservation.LAYOUT, "in: given");
  public static final Nested OUT = C.nested("out", Reservation.LAYOUT, "in/out: received");
  public static final U64 NR_EXCHANGED =
      C.u64("nr_exchanged", "out: input extents done; zero on call");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Exchange() {}
}
