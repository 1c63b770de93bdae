package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/**
 * {@code struct evtchn_bind_interdomain}. Connects a new port to an unbound port of another domain.
 */
public final class BindInterdomain {
  private static final LayoutBuilder C =
      Layout.struct(
          "evtchn_bind_interdomain", "Connects a new port to an unbound port of another domain.");
  public static final U16 REMOTE_DOM = C.domid("remote_dom", "in: the other domain");
  public static final U32 REMOTE_PORT = C.port("remote_port", "in: its port");
  public static final U32 LOCAL_PORT = C.port("local_port", "out: the new port");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BindInterdomain() {}
}
