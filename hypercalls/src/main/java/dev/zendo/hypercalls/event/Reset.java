package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct evtchn_reset}. Closes all ports of a domain. */
public final class Reset {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_reset", "Closes all ports of a domain.");
  public static final U16 DOM = C.domid("dom", "in: the domain");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Reset() {}
}
