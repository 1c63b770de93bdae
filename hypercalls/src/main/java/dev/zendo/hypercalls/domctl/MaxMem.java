package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_max_mem}. Limits the memory of a domain. */
public final class MaxMem {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_max_mem", "Limits the memory of a domain.");
  public static final U64 MAX_MEMKB = C.u64("max_memkb", "in: KiB");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MaxMem() {}
}
