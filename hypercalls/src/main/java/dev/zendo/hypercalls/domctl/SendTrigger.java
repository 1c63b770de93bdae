package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_domctl_sendtrigger}. Presses a button. */
public final class SendTrigger {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_sendtrigger", "Presses a button.");
  public static final U32 TRIGGER = C.u32("trigger", "XEN_DOMCTL_SENDTRIGGER_*");
  public static final U32 VCPU = C.u32("vcpu", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SendTrigger() {}
}
