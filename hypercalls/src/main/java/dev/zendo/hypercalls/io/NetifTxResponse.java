package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct netif_tx_response} (io/netif.h). What became of a fragment. */
public final class NetifTxResponse {
  private static final LayoutBuilder C =
      Layout.struct("netif_tx_response", "What became of a fragment.");
  public static final U16 ID = C.u16("id", "of the request");
  public static final S16 STATUS = C.s16("status", "NETIF_RSP_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NetifTxResponse() {}
}
