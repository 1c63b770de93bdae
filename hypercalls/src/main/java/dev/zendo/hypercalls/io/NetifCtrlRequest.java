package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32Array;

/** {@code struct xen_netif_ctrl_request} (io/netif.h). A request of the control ring. */
public final class NetifCtrlRequest {
  private static final LayoutBuilder C =
      Layout.struct("xen_netif_ctrl_request", "A request of the control ring.");
  public static final U16 ID = C.u16("id", "echoed in the response");
  public static final U16 TYPE = C.u16("type", "XEN_NETIF_CTRL_TYPE_*");
  public static final U32Array DATA = C.u32s("data", 3, "by type");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NetifCtrlRequest() {}
}
