package dev.zendo.hypercalls.platform;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xenpf_settime64}. Sets the wall clock. */
public final class SetTime64 {
  private static final LayoutBuilder C = Layout.struct("xenpf_settime64", "Sets the wall clock.");
  public static final U64 SECS = C.u64("secs", "in: seconds since 1970");
  public static final U32 NSECS = C.u32("nsecs", "in");
  public static final U32 MBZ = C.u32("mbz", "in: 0");
  public static final U64 SYSTEM_TIME =
      C.u64("system_time", "in: nanoseconds since boot at that moment");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetTime64() {}
}
