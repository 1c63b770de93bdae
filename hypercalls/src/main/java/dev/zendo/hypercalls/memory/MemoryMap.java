package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_memory_map}. A list of E820 entries. */
public final class MemoryMap {
  private static final LayoutBuilder C = Layout.struct("xen_memory_map", "A list of E820 entries.");
  public static final U32 NR_ENTRIES = C.u32("nr_entries", "in: room; out: entries");
  public static final U64 BUFFER = C.pointer("buffer", "void", "out: the entries");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MemoryMap() {}
}
