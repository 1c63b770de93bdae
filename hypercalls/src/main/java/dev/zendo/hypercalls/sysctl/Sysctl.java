package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_sysctl}. Argument of the sysctl hypercall. */
public final class Sysctl {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl", "Argument of the sysctl hypercall.");
  public static final U32 CMD = C.u32("cmd", "in: XEN_SYSCTL_*");
  public static final U32 INTERFACE_VERSION =
      C.u32("interface_version", "in: XEN_SYSCTL_INTERFACE_VERSION");
  private static final LayoutBuilder U = C.union("u", 8, "argument by command");
  public static final Nested READCONSOLE = U.nested("readconsole", ReadConsole.LAYOUT, "");
  public static final Nested PHYSINFO = U.nested("physinfo", PhysInfo.LAYOUT, "");
  public static final Nested SCHED_ID = U.nested("sched_id", SchedId.LAYOUT, "");
  public static final Nested GETDOMAININFOLIST =
      U.nested("getdomaininfolist", GetDomainInfoList.LAYOUT, "");
  public static final Nested DEBUG_KEYS = U.nested("debug_keys", DebugKeys.LAYOUT, "");
  public static final Nested GETCPUINFO = U.nested("getcpuinfo", GetCpuInfo.LAYOUT, "");
  public static final Nested AVAILHEAP = U.nested("availheap", AvailHeap.LAYOUT, "");
  public static final Nested SCHEDULER_OP = U.nested("scheduler_op", SystemSchedulerOp.LAYOUT, "");
  public static final Nested CPUTOPOINFO = U.nested("cputopoinfo", CpuTopoInfo.LAYOUT, "");
  public static final Nested NUMAINFO = U.nested("numainfo", NumaInfo.LAYOUT, "");
  public static final Bytes PAYLOAD = U.bytes("pad", 128, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Sysctl() {}
}
