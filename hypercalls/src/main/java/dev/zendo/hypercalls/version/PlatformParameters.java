package dev.zendo.hypercalls.version;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_platform_parameters}. Where the hypervisor lives. */
public final class PlatformParameters {
  private static final LayoutBuilder C =
      Layout.struct("xen_platform_parameters", "Where the hypervisor lives.");
  public static final U64 VIRT_START = C.u64("virt_start", "out: first address of it");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PlatformParameters() {}
}
