package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U32;

/**
 * {@code struct evtchn_op}. Argument of the old event channel hypercall: command and argument in
 * one.
 */
public final class EventOpCompat {
  private static final LayoutBuilder C =
      Layout.struct(
          "evtchn_op", "Argument of the old event channel hypercall: command and argument in one.");
  public static final U32 CMD = C.u32("cmd", "EVTCHNOP_*");
  private static final LayoutBuilder U = C.union("u", 4, "argument by command");
  public static final Nested ALLOC_UNBOUND = U.nested("alloc_unbound", AllocUnbound.LAYOUT, "");
  public static final Nested BIND_INTERDOMAIN =
      U.nested("bind_interdomain", BindInterdomain.LAYOUT, "");
  public static final Nested BIND_VIRQ = U.nested("bind_virq", BindVirq.LAYOUT, "");
  public static final Nested BIND_PIRQ = U.nested("bind_pirq", BindPirq.LAYOUT, "");
  public static final Nested BIND_IPI = U.nested("bind_ipi", BindIpi.LAYOUT, "");
  public static final Nested CLOSE = U.nested("close", Close.LAYOUT, "");
  public static final Nested SEND = U.nested("send", Send.LAYOUT, "");
  public static final Nested STATUS = U.nested("status", Status.LAYOUT, "");
  public static final Nested BIND_VCPU = U.nested("bind_vcpu", BindVcpu.LAYOUT, "");
  public static final Nested UNMASK = U.nested("unmask", Unmask.LAYOUT, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private EventOpCompat() {}
}
