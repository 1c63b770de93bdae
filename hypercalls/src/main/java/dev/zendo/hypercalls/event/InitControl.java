package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/**
 * {@code struct evtchn_init_control}. Switches to FIFO events and gives a vcpu its control block.
 */
public final class InitControl {
  private static final LayoutBuilder C =
      Layout.struct(
          "evtchn_init_control", "Switches to FIFO events and gives a vcpu its control block.");
  public static final U64 CONTROL_GFN = C.u64("control_gfn", "in: frame of the control block");
  public static final U32 OFFSET = C.u32("offset", "in: offset in it");
  public static final U32 VCPU = C.u32("vcpu", "in: the vcpu");
  public static final U8 LINK_BITS = C.u8("link_bits", "out: width of a link");
  public static final Bytes PAD = C.bytes("_pad", 7, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private InitControl() {}
}
