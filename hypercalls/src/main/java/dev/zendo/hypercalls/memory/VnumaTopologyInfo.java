package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_vnuma_topology_info}. Virtual NUMA topology. */
public final class VnumaTopologyInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_vnuma_topology_info", "Virtual NUMA topology.");
  public static final U16 DOMID = C.domid("domid", "in: the domain");
  public static final U16 PAD = C.u16("pad", "in: 0");
  public static final U32 NR_VNODES = C.u32("nr_vnodes", "in/out");
  public static final U32 NR_VCPUS = C.u32("nr_vcpus", "in/out");
  public static final U32 NR_VMEMRANGES = C.u32("nr_vmemranges", "in/out");
  public static final U64 VDISTANCE = C.u64("vdistance", "out: distances");
  public static final U64 VCPU_TO_VNODE = C.u64("vcpu_to_vnode", "out: node of each vcpu");
  public static final U64 VMEMRANGE = C.u64("vmemrange", "out: ranges");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private VnumaTopologyInfo() {}
}
