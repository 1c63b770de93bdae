package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct evtchn_expand_array}. Adds a page to the FIFO event array. */
public final class ExpandArray {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_expand_array", "Adds a page to the FIFO event array.");
  public static final U64 ARRAY_GFN = C.u64("array_gfn", "in: the frame");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ExpandArray() {}
}
