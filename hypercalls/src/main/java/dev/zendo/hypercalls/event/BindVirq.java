package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct evtchn_bind_virq}. Binds a virtual interrupt to a new port. */
public final class BindVirq {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_bind_virq", "Binds a virtual interrupt to a new port.");
  public static final U32 VIRQ = C.u32("virq", "in: VIRQ_*");
  public static final U32 VCPU = C.u32("vcpu", "in: vcpu to notify");
  public static final U32 PORT = C.port("port", "out: the new port");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BindVirq() {}
}
