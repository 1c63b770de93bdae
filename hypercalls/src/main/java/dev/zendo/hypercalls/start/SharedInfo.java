package dev.zendo.hypercalls.start;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64Array;

/** {@code struct shared_info}. The page every domain shares with the hypervisor. */
public final class SharedInfo {
  private static final LayoutBuilder C =
      Layout.struct("shared_info", "The page every domain shares with the hypervisor.");
  public static final Nested VCPU_INFO =
      C.nested("vcpu_info", VcpuInfo.LAYOUT, 32, "first 32 vcpus; others register their own");
  public static final U64Array EVTCHN_PENDING = C.u64s("evtchn_pending", 64, "one bit per port");
  public static final U64Array EVTCHN_MASK =
      C.u64s("evtchn_mask", 64, "one bit per port: no upcall for it");
  public static final U32 WC_VERSION = C.u32("wc_version", "odd while the wall clock is updated");
  public static final U32 WC_SEC = C.u32("wc_sec", "seconds since 1970 at boot, low half");
  public static final U32 WC_NSEC = C.u32("wc_nsec", "nanoseconds of it");
  public static final U32 WC_SEC_HI = C.u32("wc_sec_hi", "seconds, high half");
  public static final Nested ARCH =
      C.nested("arch", ArchSharedInfo.LAYOUT, "page-table information");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SharedInfo() {}
}
