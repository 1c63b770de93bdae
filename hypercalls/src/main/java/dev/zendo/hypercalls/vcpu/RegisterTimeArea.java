package dev.zendo.hypercalls.vcpu;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct vcpu_register_time_memory_area}. Where to keep a second vcpu_time_info. */
public final class RegisterTimeArea {
  private static final LayoutBuilder C =
      Layout.struct("vcpu_register_time_memory_area", "Where to keep a second vcpu_time_info.");
  public static final U64 ADDR = C.u64("addr", "in: virtual address, 0 for none");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private RegisterTimeArea() {}
}
