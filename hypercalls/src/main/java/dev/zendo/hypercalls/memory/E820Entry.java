package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct e820entry}. One entry of a memory map, as the BIOS gives it. */
public final class E820Entry {
  private static final LayoutBuilder C =
      Layout.packed("e820entry", "One entry of a memory map, as the BIOS gives it.");
  public static final U64 ADDR = C.u64("addr", "first byte");
  public static final U64 SIZE = C.u64("size", "bytes");
  public static final U32 TYPE = C.u32("type", "1 RAM, 2 reserved, 3 ACPI, 4 ACPI NVS, 5 unusable");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private E820Entry() {}
}
