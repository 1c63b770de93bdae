package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/**
 * {@code struct xen_domctl_set_virq_handler}. Chooses the domain that gets a global virtual
 * interrupt.
 */
public final class SetVirqHandler {
  private static final LayoutBuilder C =
      Layout.struct(
          "xen_domctl_set_virq_handler",
          "Chooses the domain that gets a global virtual interrupt.");
  public static final U32 VIRQ = C.u32("virq", "in");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetVirqHandler() {}
}
