package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct evtchn_set_priority}. Sets the FIFO priority of a port. */
public final class SetPriority {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_set_priority", "Sets the FIFO priority of a port.");
  public static final U32 PORT = C.port("port", "in: the port");
  public static final U32 PRIORITY = C.u32("priority", "in: 0 (first) to 15");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetPriority() {}
}
