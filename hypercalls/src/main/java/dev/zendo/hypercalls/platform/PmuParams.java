package dev.zendo.hypercalls.platform;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_pmu_params}. Argument of xenpmu_op. */
public final class PmuParams {
  private static final LayoutBuilder C = Layout.struct("xen_pmu_params", "Argument of xenpmu_op.");
  private static final LayoutBuilder VERSION = C.struct("version", 4, "");
  public static final U32 VERSION_MAJ = VERSION.u32("maj", "");
  public static final U32 VERSION_MIN = VERSION.u32("min", "");
  public static final U64 VAL = C.u64("val", "");
  public static final U32 VCPU = C.u32("vcpu", "");
  public static final U32 PAD = C.u32("pad", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PmuParams() {}
}
