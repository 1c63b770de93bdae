package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xen_domctl_ioport_permission}. Access to ports of devices. */
public final class IoportPermission {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_ioport_permission", "Access to ports of devices.");
  public static final U32 FIRST_PORT = C.u32("first_port", "in");
  public static final U32 NR_PORTS = C.u32("nr_ports", "in");
  public static final U8 ALLOW_ACCESS = C.u8("allow_access", "in");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private IoportPermission() {}
}
