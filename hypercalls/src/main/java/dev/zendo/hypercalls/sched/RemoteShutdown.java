package dev.zendo.hypercalls.sched;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct sched_remote_shutdown}. Ends another domain. */
public final class RemoteShutdown {
  private static final LayoutBuilder C =
      Layout.struct("sched_remote_shutdown", "Ends another domain.");
  public static final U16 DOMAIN_ID = C.domid("domain_id", "in: the domain");
  public static final U32 REASON = C.u32("reason", "in: SHUTDOWN_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private RemoteShutdown() {}
}
