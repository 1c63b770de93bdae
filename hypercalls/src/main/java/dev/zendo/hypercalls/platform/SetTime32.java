package dev.zendo.hypercalls.platform;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xenpf_settime32}. Sets the wall clock, short form. */
public final class SetTime32 {
  private static final LayoutBuilder C =
      Layout.struct("xenpf_settime32", "Sets the wall clock, short form.");
  public static final U32 SECS = C.u32("secs", "in");
  public static final U32 NSECS = C.u32("nsecs", "in");
  public static final U64 SYSTEM_TIME = C.u64("system_time", "in");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetTime32() {}
}
