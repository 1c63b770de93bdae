package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_machphys_mapping}. Tells where the machine-to-phys table is mapped. */
public final class MachphysMapping {
  private static final LayoutBuilder C =
      Layout.struct("xen_machphys_mapping", "Tells where the machine-to-phys table is mapped.");
  public static final U64 V_START = C.u64("v_start", "out: first address");
  public static final U64 V_END = C.u64("v_end", "out: end address");
  public static final U64 MAX_MFN = C.u64("max_mfn", "out: last frame it may be asked for");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MachphysMapping() {}
}
