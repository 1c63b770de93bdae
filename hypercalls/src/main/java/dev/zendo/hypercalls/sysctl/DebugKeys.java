package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_debug_keys}. Sends debug keys. */
public final class DebugKeys {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_debug_keys", "Sends debug keys.");
  public static final U64 KEYS = C.pointer("keys", "const char", "in");
  public static final U32 NR_KEYS = C.u32("nr_keys", "in");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private DebugKeys() {}
}
