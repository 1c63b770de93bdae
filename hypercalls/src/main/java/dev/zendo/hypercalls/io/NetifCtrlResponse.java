package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_netif_ctrl_response} (io/netif.h). An answer of the control ring. */
public final class NetifCtrlResponse {
  private static final LayoutBuilder C =
      Layout.struct("xen_netif_ctrl_response", "An answer of the control ring.");
  public static final U16 ID = C.u16("id", "of the request");
  public static final U16 TYPE = C.u16("type", "of the request");
  public static final U32 STATUS = C.u32("status", "XEN_NETIF_CTRL_STATUS_*");
  public static final U32 DATA = C.u32("data", "by type");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NetifCtrlResponse() {}
}
