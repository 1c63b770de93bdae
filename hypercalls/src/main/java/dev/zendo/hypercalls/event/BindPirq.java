package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct evtchn_bind_pirq}. Binds a physical interrupt to a new port. */
public final class BindPirq {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_bind_pirq", "Binds a physical interrupt to a new port.");
  public static final U32 PIRQ = C.u32("pirq", "in: interrupt");
  public static final U32 FLAGS = C.u32("flags", "in: BIND_PIRQ__*");
  public static final U32 PORT = C.port("port", "out: the new port");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BindPirq() {}
}
