package dev.zendo.hypercalls.start;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct arch_vcpu_info}. Architecture part of vcpu_info. */
public final class ArchVcpuInfo {
  private static final LayoutBuilder C =
      Layout.struct("arch_vcpu_info", "Architecture part of vcpu_info.");
  public static final U64 CR2 = C.u64("cr2", "faulting address of the last page fault");
  public static final U64 PAD = C.u64("pad", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ArchVcpuInfo() {}
}
