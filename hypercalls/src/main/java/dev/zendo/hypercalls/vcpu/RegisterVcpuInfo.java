package dev.zendo.hypercalls.vcpu;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct vcpu_register_vcpu_info}. Moves the vcpu_info of a vcpu. */
public final class RegisterVcpuInfo {
  private static final LayoutBuilder C =
      Layout.struct("vcpu_register_vcpu_info", "Moves the vcpu_info of a vcpu.");
  public static final U64 MFN = C.u64("mfn", "in: frame");
  public static final U32 OFFSET = C.u32("offset", "in: offset in it");
  public static final U32 RSVD = C.u32("rsvd", "unused");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private RegisterVcpuInfo() {}
}
