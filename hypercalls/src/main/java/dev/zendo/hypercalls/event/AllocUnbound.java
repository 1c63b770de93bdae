package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct evtchn_alloc_unbound}. Makes a port that a remote domain may bind. */
public final class AllocUnbound {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_alloc_unbound", "Makes a port that a remote domain may bind.");
  public static final U16 DOM = C.domid("dom", "in: domain that gets the port");
  public static final U16 REMOTE_DOM = C.domid("remote_dom", "in: domain that may bind it");
  public static final U32 PORT = C.port("port", "out: the new port");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private AllocUnbound() {}
}
