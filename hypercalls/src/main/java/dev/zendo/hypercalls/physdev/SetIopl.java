package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct physdev_set_iopl}. Sets the virtual I/O privilege level. */
public final class SetIopl {
  private static final LayoutBuilder C =
      Layout.struct("physdev_set_iopl", "Sets the virtual I/O privilege level.");
  public static final U32 IOPL = C.u32("iopl", "in: 0 to 3");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetIopl() {}
}
