package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/**
 * {@code struct xen_domctl_ext_vcpucontext}. Entry points of a vcpu that its context leaves out.
 */
public final class ExtVcpuContext {
  private static final LayoutBuilder V = Layout.struct("hvm_vmce_vcpu", "Virtual machine checks.");
  public static final U64 VMCE_CAPS = V.u64("caps", "MCG_CAP");
  public static final U64 VMCE_MCI_CTL2_BANK0 = V.u64("mci_ctl2_bank0", "");
  public static final U64 VMCE_MCI_CTL2_BANK1 = V.u64("mci_ctl2_bank1", "");
  public static final U64 VMCE_MCG_EXT_CTL = V.u64("mcg_ext_ctl", "");

  /** Virtual machine checks. */
  public static final Layout VMCE_LAYOUT = V.end();

  private static final LayoutBuilder C =
      Layout.struct(
          "xen_domctl_ext_vcpucontext", "Entry points of a vcpu that its context leaves out.");
  public static final U32 VCPU = C.u32("vcpu", "in: the vcpu");
  public static final U32 SIZE = C.u32("size", "in (out for get): bytes of the structure");
  public static final U64 SYSCALL32_CALLBACK_EIP = C.u64("syscall32_callback_eip", "");
  public static final U64 SYSENTER_CALLBACK_EIP = C.u64("sysenter_callback_eip", "");
  public static final U16 SYSCALL32_CALLBACK_CS = C.u16("syscall32_callback_cs", "");
  public static final U16 SYSENTER_CALLBACK_CS = C.u16("sysenter_callback_cs", "");
  public static final U8 SYSCALL32_DISABLES_EVENTS = C.u8("syscall32_disables_events", "");
  public static final U8 SYSENTER_DISABLES_EVENTS = C.u8("sysenter_disables_events", "");
  public static final Nested VMCE = C.nested("vmce", VMCE_LAYOUT, "virtual machine checks");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ExtVcpuContext() {}
}
