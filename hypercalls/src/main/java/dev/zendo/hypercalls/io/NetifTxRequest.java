package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct netif_tx_request} (io/netif.h). A fragment of a packet that the guest sends. */
public final class NetifTxRequest {
  private static final LayoutBuilder C =
      Layout.struct("netif_tx_request", "A fragment of a packet that the guest sends.");
  public static final U32 GREF = C.gref("gref", "the page, granted for reading");
  public static final U16 OFFSET = C.u16("offset", "first byte in the page");
  public static final U16 FLAGS = C.u16("flags", "NETTXF_*");
  public static final U16 ID = C.u16("id", "echoed in the response");
  public static final U16 SIZE =
      C.u16("size", "bytes; in a first request those of the whole packet");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NetifTxRequest() {}
}
