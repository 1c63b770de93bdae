package dev.zendo.hypercalls.start;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S8;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/**
 * {@code struct vcpu_time_info}. Per-vcpu clock: nanoseconds since boot = system_time + ((tsc -
 * tsc_timestamp) scaled).
 */
public final class VcpuTimeInfo {
  private static final LayoutBuilder C =
      Layout.struct(
          "vcpu_time_info",
          "Per-vcpu clock: nanoseconds since boot = system_time + ((tsc - tsc_timestamp) scaled).");
  public static final U32 VERSION = C.u32("version", "odd while the hypervisor updates the rest");
  public static final U32 PAD0 = C.u32("pad0", "");
  public static final U64 TSC_TIMESTAMP = C.u64("tsc_timestamp", "TSC at the last update");
  public static final U64 SYSTEM_TIME =
      C.u64("system_time", "nanoseconds since boot at the last update");
  public static final U32 TSC_TO_SYSTEM_MUL =
      C.u32("tsc_to_system_mul", "32.32 fixed-point nanoseconds per (shifted) tick");
  public static final S8 TSC_SHIFT =
      C.s8(
          "tsc_shift",
          "left shift of the tick count before the multiplication, right when negative");
  public static final U8 FLAGS = C.u8("flags", "XEN_PVCLOCK_* bits");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private VcpuTimeInfo() {}
}
