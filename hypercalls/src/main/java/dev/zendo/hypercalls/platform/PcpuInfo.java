package dev.zendo.hypercalls.platform;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xenpf_pcpuinfo}. A processor of the machine. */
public final class PcpuInfo {
  private static final LayoutBuilder C =
      Layout.struct("xenpf_pcpuinfo", "A processor of the machine.");
  public static final U32 XEN_CPUID = C.u32("xen_cpuid", "in");
  public static final U32 MAX_PRESENT = C.u32("max_present", "out: largest number");
  public static final U32 FLAGS = C.u32("flags", "out: 1 online, 2 no such processor");
  public static final U32 APIC_ID = C.u32("apic_id", "out");
  public static final U32 ACPI_ID = C.u32("acpi_id", "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PcpuInfo() {}
}
