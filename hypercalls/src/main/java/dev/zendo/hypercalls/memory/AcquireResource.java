package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_mem_acquire_resource}. Maps pages the hypervisor owns for a domain. */
public final class AcquireResource {
  private static final LayoutBuilder C =
      Layout.struct("xen_mem_acquire_resource", "Maps pages the hypervisor owns for a domain.");
  public static final U16 DOMID = C.domid("domid", "in: the domain");
  public static final U16 TYPE = C.u16("type", "in: XENMEM_resource_*");
  public static final U32 ID = C.u32("id", "in: which one");
  public static final U32 NR_FRAMES = C.u32("nr_frames", "in/out: number of frames");
  public static final U32 PAD = C.u32("pad", "in: 0");
  public static final U64 FRAME = C.u64("frame", "in: first");
  public static final U64 FRAME_LIST = C.pointer("frame_list", "xen_pfn_t", "in/out: frames");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private AcquireResource() {}
}
