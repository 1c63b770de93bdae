package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct physdev_set_iobitmap}. Sets the virtual I/O bitmap. */
public final class SetIobitmap {
  private static final LayoutBuilder C =
      Layout.struct("physdev_set_iobitmap", "Sets the virtual I/O bitmap.");
  public static final U64 BITMAP = C.pointer("bitmap", "uint8_t", "in: a bit per port");
  public static final U32 NR_PORTS = C.u32("nr_ports", "in: up to 65536");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetIobitmap() {}
}
