package dev.zendo.hypercalls.sched;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct sched_poll}. Sleeps until a port is pending. */
public final class Poll {
  private static final LayoutBuilder C =
      Layout.struct("sched_poll", "Sleeps until a port is pending.");
  public static final U64 PORTS = C.pointer("ports", "evtchn_port_t", "in: the ports");
  public static final U32 NR_PORTS = C.u32("nr_ports", "in: how many");
  public static final U64 TIMEOUT = C.u64("timeout", "in: absolute nanoseconds, 0 for ever");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Poll() {}
}
