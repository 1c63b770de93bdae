package dev.zendo.hypercalls.start;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct vcpu_info}. What a vcpu and the hypervisor share: event state and clock. */
public final class VcpuInfo {
  private static final LayoutBuilder C =
      Layout.struct("vcpu_info", "What a vcpu and the hypervisor share: event state and clock.");
  public static final U8 EVTCHN_UPCALL_PENDING =
      C.u8("evtchn_upcall_pending", "non-zero: at least one unmasked event waits");
  public static final U8 EVTCHN_UPCALL_MASK =
      C.u8("evtchn_upcall_mask", "non-zero: no upcall; the virtual interrupt flag, inverted");
  public static final U64 EVTCHN_PENDING_SEL =
      C.u64("evtchn_pending_sel", "bit n: word n of evtchn_pending has news");
  public static final Nested ARCH = C.nested("arch", ArchVcpuInfo.LAYOUT, "cr2");
  public static final Nested TIME = C.nested("time", VcpuTimeInfo.LAYOUT, "clock");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private VcpuInfo() {}
}
