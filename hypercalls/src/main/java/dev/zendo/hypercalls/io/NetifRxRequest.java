package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct netif_rx_request} (io/netif.h). A page for a packet to come. */
public final class NetifRxRequest {
  private static final LayoutBuilder C =
      Layout.struct("netif_rx_request", "A page for a packet to come.");
  public static final U16 ID = C.u16("id", "echoed in the response");
  public static final U16 PAD = C.u16("pad", "");
  public static final U32 GREF = C.gref("gref", "the page, granted for writing");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NetifRxRequest() {}
}
