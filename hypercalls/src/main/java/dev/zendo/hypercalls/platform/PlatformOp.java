package dev.zendo.hypercalls.platform;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_platform_op}. Argument of the platform hypercall. */
public final class PlatformOp {
  private static final LayoutBuilder C =
      Layout.struct("xen_platform_op", "Argument of the platform hypercall.");
  public static final U32 CMD = C.u32("cmd", "in: XENPF_*");
  public static final U32 INTERFACE_VERSION =
      C.u32("interface_version", "in: XENPF_INTERFACE_VERSION");
  private static final LayoutBuilder U = C.union("u", 8, "argument by command");
  public static final Nested SETTIME32 = U.nested("settime32", SetTime32.LAYOUT, "");
  public static final Nested SETTIME64 = U.nested("settime64", SetTime64.LAYOUT, "");
  public static final Nested PCPU_INFO = U.nested("pcpu_info", PcpuInfo.LAYOUT, "");
  public static final Nested PCPU_VERSION = U.nested("pcpu_version", PcpuVersion.LAYOUT, "");
  public static final Bytes PAYLOAD = U.bytes("pad", 128, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PlatformOp() {}
}
