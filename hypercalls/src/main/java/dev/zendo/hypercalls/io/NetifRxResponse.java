package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct netif_rx_response} (io/netif.h). A fragment of a packet for the guest. */
public final class NetifRxResponse {
  private static final LayoutBuilder C =
      Layout.struct("netif_rx_response", "A fragment of a packet for the guest.");
  public static final U16 ID = C.u16("id", "of the request");
  public static final U16 OFFSET = C.u16("offset", "first byte in the page");
  public static final U16 FLAGS = C.u16("flags", "NETRXF_*");
  public static final S16 STATUS = C.s16("status", "bytes, or negative: NETIF_RSP_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NetifRxResponse() {}
}
