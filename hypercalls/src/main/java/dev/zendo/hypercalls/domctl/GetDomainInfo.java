package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xen_domctl_getdomaininfo}. What is known of a domain. */
public final class GetDomainInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_getdomaininfo", "What is known of a domain.");
  public static final U16 DOMAIN = C.domid("domain", "the domain");
  public static final U16 PAD1 = C.u16("pad1", "");
  public static final U32 FLAGS = C.u32("flags", "XEN_DOMINF_*; shutdown reason in bits 16-23");
  public static final U64 TOT_PAGES = C.u64("tot_pages", "frames now");
  public static final U64 MAX_PAGES = C.u64("max_pages", "most frames");
  public static final U64 OUTSTANDING_PAGES = C.u64("outstanding_pages", "");
  public static final U64 SHR_PAGES = C.u64("shr_pages", "");
  public static final U64 PAGED_PAGES = C.u64("paged_pages", "");
  public static final U64 SHARED_INFO_FRAME = C.u64("shared_info_frame", "");
  public static final U64 CPU_TIME = C.u64("cpu_time", "nanoseconds run");
  public static final U32 NR_ONLINE_VCPUS = C.u32("nr_online_vcpus", "");
  public static final U32 MAX_VCPU_ID = C.u32("max_vcpu_id", "");
  public static final U32 SSIDREF = C.u32("ssidref", "");
  public static final Bytes HANDLE = C.bytes("handle", 16, "UUID");
  public static final U32 CPUPOOL = C.u32("cpupool", "");
  public static final U8 GPADDR_BITS = C.u8("gpaddr_bits", "");
  public static final Bytes PAD2 = C.bytes("pad2", 7, "");
  public static final Nested ARCH_CONFIG = C.nested("arch_config", ArchDomainConfig.LAYOUT, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GetDomainInfo() {}
}
