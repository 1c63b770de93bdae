package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct evtchn_bind_ipi}. Makes a port by which vcpus of the domain notify one of them. */
public final class BindIpi {
  private static final LayoutBuilder C =
      Layout.struct(
          "evtchn_bind_ipi", "Makes a port by which vcpus of the domain notify one of them.");
  public static final U32 VCPU = C.u32("vcpu", "in: vcpu to notify");
  public static final U32 PORT = C.port("port", "out: the new port");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BindIpi() {}
}
