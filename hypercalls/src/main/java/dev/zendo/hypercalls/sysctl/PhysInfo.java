package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U32Array;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_physinfo}. What is known of the machine. */
public final class PhysInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_physinfo", "What is known of the machine.");
  public static final U32 THREADS_PER_CORE = C.u32("threads_per_core", "");
  public static final U32 CORES_PER_SOCKET = C.u32("cores_per_socket", "");
  public static final U32 NR_CPUS = C.u32("nr_cpus", "");
  public static final U32 MAX_CPU_ID = C.u32("max_cpu_id", "");
  public static final U32 NR_NODES = C.u32("nr_nodes", "");
  public static final U32 MAX_NODE_ID = C.u32("max_node_id", "");
  public static final U32 CPU_KHZ = C.u32("cpu_khz", "");
  public static final U32 CAPABILITIES = C.u32("capabilities", "XEN_SYSCTL_PHYSCAP_*");
  public static final U32 ARCH_CAPABILITIES = C.u32("arch_capabilities", "");
  public static final U32 PAD = C.u32("pad", "");
  public static final U64 TOTAL_PAGES = C.u64("total_pages", "");
  public static final U64 FREE_PAGES = C.u64("free_pages", "");
  public static final U64 SCRUB_PAGES = C.u64("scrub_pages", "");
  public static final U64 OUTSTANDING_PAGES = C.u64("outstanding_pages", "");
  public static final U64 MAX_MFN = C.u64("max_mfn", "");
  public static final U32Array HW_CAP = C.u32s("hw_cap", 8, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PhysInfo() {}
}
