package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct evtchn_send}. Notifies the other end of a port. */
public final class Send {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_send", "Notifies the other end of a port.");
  public static final U32 PORT = C.port("port", "in: the port");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Send() {}
}
