package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xen_domctl_getvcpuinfo}. What is known of a vcpu. */
public final class GetVcpuInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_getvcpuinfo", "What is known of a vcpu.");
  public static final U32 VCPU = C.u32("vcpu", "in: the vcpu");
  public static final U8 ONLINE = C.u8("online", "");
  public static final U8 BLOCKED = C.u8("blocked", "");
  public static final U8 RUNNING = C.u8("running", "");
  public static final U64 CPU_TIME = C.u64("cpu_time", "nanoseconds run");
  public static final U32 CPU = C.u32("cpu", "processor");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GetVcpuInfo() {}
}
