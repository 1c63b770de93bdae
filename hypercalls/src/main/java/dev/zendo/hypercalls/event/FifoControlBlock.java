package dev.zendo.hypercalls.event;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U32Array;

/** {@code struct evtchn_fifo_control_block}. Heads of the 16 FIFO queues of a vcpu. */
public final class FifoControlBlock {
  private static final LayoutBuilder C =
      Layout.struct("evtchn_fifo_control_block", "Heads of the 16 FIFO queues of a vcpu.");
  public static final U32 READY = C.u32("ready", "bit per priority");
  public static final U32 RSVD = C.u32("_rsvd", "");
  public static final U32Array HEAD = C.u32s("head", 16, "first port of each queue");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private FifoControlBlock() {}
}
