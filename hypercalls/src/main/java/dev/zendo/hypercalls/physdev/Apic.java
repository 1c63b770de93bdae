package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct physdev_apic}. Reads or writes an I/O APIC register. */
public final class Apic {
  private static final LayoutBuilder C =
      Layout.struct("physdev_apic", "Reads or writes an I/O APIC register.");
  public static final U64 APIC_PHYSBASE = C.u64("apic_physbase", "in");
  public static final U32 REG = C.u32("reg", "in");
  public static final U32 VALUE = C.u32("value", "in or out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Apic() {}
}
