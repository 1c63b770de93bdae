package dev.zendo.hypercalls.platform;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xenpf_pcpu_version}. What a processor of the machine is. */
public final class PcpuVersion {
  private static final LayoutBuilder C =
      Layout.struct("xenpf_pcpu_version", "What a processor of the machine is.");
  public static final U32 XEN_CPUID = C.u32("xen_cpuid", "in");
  public static final U32 MAX_PRESENT = C.u32("max_present", "out: largest number");
  public static final Bytes VENDOR_ID = C.chars("vendor_id", 12, "out");
  public static final U32 FAMILY = C.u32("family", "out");
  public static final U32 MODEL = C.u32("model", "out");
  public static final U32 STEPPING = C.u32("stepping", "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PcpuVersion() {}
}
