package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct xen_foreign_memory_map}. Sets the memory map of a domain. */
public final class ForeignMemoryMap {
  private static final LayoutBuilder C =
      Layout.struct("xen_foreign_memory_map", "Sets the memory map of a domain.");
  public static final U16 DOMID = C.domid("domid", "in: the domain");
  public static final Nested MAP = C.nested("map", MemoryMap.LAYOUT, "in: the entries");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ForeignMemoryMap() {}
}
