package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct physdev_op}. Argument of the old physdev hypercall. */
public final class PhysdevOpCompat {
  private static final LayoutBuilder C =
      Layout.struct("physdev_op", "Argument of the old physdev hypercall.");
  public static final U32 CMD = C.u32("cmd", "PHYSDEVOP_*");
  private static final LayoutBuilder U = C.union("u", 8, "argument by command");
  public static final Nested IRQ_STATUS_QUERY =
      U.nested("irq_status_query", IrqStatusQuery.LAYOUT, "");
  public static final Nested SET_IOPL = U.nested("set_iopl", SetIopl.LAYOUT, "");
  public static final Nested SET_IOBITMAP = U.nested("set_iobitmap", SetIobitmap.LAYOUT, "");
  public static final Nested APIC_OP = U.nested("apic_op", Apic.LAYOUT, "");
  public static final Nested IRQ_OP = U.nested("irq_op", Irq.LAYOUT, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PhysdevOpCompat() {}
}
