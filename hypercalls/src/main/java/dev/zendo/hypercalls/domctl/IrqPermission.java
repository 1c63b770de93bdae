package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xen_domctl_irq_permission}. Access to a physical interrupt. */
public final class IrqPermission {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_irq_permission", "Access to a physical interrupt.");
  public static final U32 PIRQ = C.u32("pirq", "in");
  public static final U8 ALLOW_ACCESS = C.u8("allow_access", "in");
  public static final Bytes PAD = C.bytes("pad", 3, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private IrqPermission() {}
}
