package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_domctl_createdomain}. Creates a domain. */
public final class CreateDomain {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_createdomain", "Creates a domain.");
  public static final U32 SSIDREF = C.u32("ssidref", "security label");
  public static final Bytes HANDLE = C.bytes("handle", 16, "UUID");
  public static final U32 FLAGS = C.u32("flags", "XEN_DOMCTL_CDF_*");
  public static final U32 IOMMU_OPTS = C.u32("iommu_opts", "");
  public static final U32 MAX_VCPUS = C.u32("max_vcpus", "most vcpus");
  public static final U32 MAX_EVTCHN_PORT = C.u32("max_evtchn_port", "highest event channel port");
  public static final S32 MAX_GRANT_FRAMES = C.s32("max_grant_frames", "-1: default");
  public static final S32 MAX_MAPTRACK_FRAMES = C.s32("max_maptrack_frames", "-1: default");
  public static final U32 GRANT_OPTS =
      C.u32("grant_opts", "low 4 bits: highest grant table version");
  public static final U32 VMTRACE_SIZE = C.u32("vmtrace_size", "");
  public static final U32 CPUPOOL_ID = C.u32("cpupool_id", "");
  public static final Nested ARCH = C.nested("arch", ArchDomainConfig.LAYOUT, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CreateDomain() {}
}
