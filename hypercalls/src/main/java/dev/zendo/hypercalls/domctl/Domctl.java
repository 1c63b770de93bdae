package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_domctl}. Argument of the domctl hypercall. */
public final class Domctl {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl", "Argument of the domctl hypercall.");
  public static final U32 CMD = C.u32("cmd", "in: XEN_DOMCTL_*");
  public static final U32 INTERFACE_VERSION =
      C.u32("interface_version", "in: XEN_DOMCTL_INTERFACE_VERSION");
  public static final U16 DOMAIN = C.domid("domain", "in (out for createdomain): the domain");
  public static final Bytes PAD = C.bytes("_pad", 6, "");
  private static final LayoutBuilder U = C.union("u", 8, "argument by command");
  public static final Nested CREATEDOMAIN = U.nested("createdomain", CreateDomain.LAYOUT, "");
  public static final Nested GETDOMAININFO = U.nested("getdomaininfo", GetDomainInfo.LAYOUT, "");
  public static final Nested GETPAGEFRAMEINFO3 =
      U.nested("getpageframeinfo3", GetPageFrameInfo3.LAYOUT, "");
  public static final Nested VCPUAFFINITY = U.nested("vcpuaffinity", VcpuAffinity.LAYOUT, "");
  public static final Nested SHADOW_OP = U.nested("shadow_op", ShadowOp.LAYOUT, "");
  public static final Nested MAX_MEM = U.nested("max_mem", MaxMem.LAYOUT, "");
  public static final Nested VCPUCONTEXT = U.nested("vcpucontext", VcpuContext.LAYOUT, "");
  public static final Nested GETVCPUINFO = U.nested("getvcpuinfo", GetVcpuInfo.LAYOUT, "");
  public static final Nested MAX_VCPUS = U.nested("max_vcpus", MaxVcpus.LAYOUT, "");
  public static final Nested SCHEDULER_OP = U.nested("scheduler_op", SchedulerOp.LAYOUT, "");
  public static final Nested SETDOMAINHANDLE =
      U.nested("setdomainhandle", SetDomainHandle.LAYOUT, "");
  public static final Nested HYPERCALL_INIT = U.nested("hypercall_init", HypercallInit.LAYOUT, "");
  public static final Nested SETTIMEOFFSET = U.nested("settimeoffset", SetTimeOffset.LAYOUT, "");
  public static final Nested TSC_INFO = U.nested("tsc_info", TscInfo.LAYOUT, "");
  public static final Nested ADDRESS_SIZE = U.nested("address_size", AddressSize.LAYOUT, "");
  public static final Nested SENDTRIGGER = U.nested("sendtrigger", SendTrigger.LAYOUT, "");
  public static final Nested SET_VIRQ_HANDLER =
      U.nested("set_virq_handler", SetVirqHandler.LAYOUT, "");
  public static final Nested SET_TARGET = U.nested("set_target", SetTarget.LAYOUT, "");
  public static final Nested EXT_VCPUCONTEXT =
      U.nested("ext_vcpucontext", ExtVcpuContext.LAYOUT, "");
  public static final Nested VCPUEXTSTATE = U.nested("vcpuextstate", VcpuExtState.LAYOUT, "");
  public static final Nested VCPU_MSRS = U.nested("vcpu_msrs", VcpuMsrs.LAYOUT, "");
  public static final Nested SETDEBUGGING = U.nested("setdebugging", SetDebugging.LAYOUT, "");
  public static final Nested IRQ_PERMISSION = U.nested("irq_permission", IrqPermission.LAYOUT, "");
  public static final Nested IOMEM_PERMISSION =
      U.nested("iomem_permission", IomemPermission.LAYOUT, "");
  public static final Nested IOPORT_PERMISSION =
      U.nested("ioport_permission", IoportPermission.LAYOUT, "");
  public static final Bytes PAYLOAD = U.bytes("pad", 128, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Domctl() {}
}
