package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_settimeoffset}. Moves the wall clock of a domain. */
public final class SetTimeOffset {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_settimeoffset", "Moves the wall clock of a domain.");
  public static final U64 TIME_OFFSET_SECONDS = C.u64("time_offset_seconds", "in: signed");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetTimeOffset() {}
}
