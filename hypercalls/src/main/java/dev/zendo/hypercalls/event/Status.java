package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct evtchn_status}. Asks what a port is bound to. */
public final class Status {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_status", "Asks what a port is bound to.");
  public static final U16 DOM = C.domid("dom", "in: owner of the port");
  public static final U32 PORT = C.port("port", "in: the port");
  public static final U32 STATUS = C.u32("status", "out: EVTCHNSTAT_*");
  public static final U32 VCPU = C.u32("vcpu", "out: vcpu that is notified");
  private static final LayoutBuilder U = C.union("u", 4, "out: by status");
  private static final LayoutBuilder UNBOUND = U.struct("unbound", 2, "");
  public static final U16 UNBOUND_DOM = UNBOUND.domid("dom", "domain that may bind");
  private static final LayoutBuilder INTERDOMAIN = U.struct("interdomain", 4, "");
  public static final U16 INTERDOMAIN_DOM = INTERDOMAIN.domid("dom", "the other domain");
  public static final U32 INTERDOMAIN_PORT = INTERDOMAIN.port("port", "its port");
  public static final U32 PIRQ = U.u32("pirq", "physical interrupt");
  public static final U32 VIRQ = U.u32("virq", "VIRQ_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Status() {}
}
