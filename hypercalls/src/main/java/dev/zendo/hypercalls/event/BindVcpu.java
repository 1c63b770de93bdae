package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct evtchn_bind_vcpu}. Chooses the vcpu that a port notifies. */
public final class BindVcpu {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_bind_vcpu", "Chooses the vcpu that a port notifies.");
  public static final U32 PORT = C.port("port", "in: the port");
  public static final U32 VCPU = C.u32("vcpu", "in: the vcpu");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BindVcpu() {}
}
