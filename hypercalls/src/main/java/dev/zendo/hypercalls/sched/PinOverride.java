package dev.zendo.hypercalls.sched;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;

/** {@code struct sched_pin_override}. Pins the calling vcpu to a processor for a while. */
public final class PinOverride {
  private static final LayoutBuilder C =
      Layout.struct("sched_pin_override", "Pins the calling vcpu to a processor for a while.");
  public static final S32 PCPU = C.s32("pcpu", "in: processor, negative to end");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PinOverride() {}
}
