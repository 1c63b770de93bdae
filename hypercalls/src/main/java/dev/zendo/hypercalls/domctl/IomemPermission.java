package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xen_domctl_iomem_permission}. Access to memory of devices. */
public final class IomemPermission {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_iomem_permission", "Access to memory of devices.");
  public static final U64 FIRST_MFN = C.u64("first_mfn", "in");
  public static final U64 NR_MFNS = C.u64("nr_mfns", "in");
  public static final U8 ALLOW_ACCESS = C.u8("allow_access", "in");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private IomemPermission() {}
}
