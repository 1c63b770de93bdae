package dev.zendo.hypercalls.vcpu;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U64Array;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.trap.TrapInfo;

/**
 * {@code struct vcpu_guest_context}. The whole state of a vcpu, as VCPUOP_initialise and the
 * toolstack give it.
 */
public final class VcpuGuestContext {
  private static final LayoutBuilder C =
      Layout.struct(
          "vcpu_guest_context",
          "The whole state of a vcpu, as VCPUOP_initialise and the toolstack give it.");
  public static final Bytes FPU_CTXT = C.bytes("fpu_ctxt", 512, "FXSAVE image");
  public static final U64 FLAGS = C.u64("flags", "VGCF_*");
  public static final Nested USER_REGS = C.nested("user_regs", CpuUserRegs.LAYOUT, "registers");
  public static final Nested TRAP_CTXT =
      C.nested("trap_ctxt", TrapInfo.LAYOUT, 256, "exception handlers");
  public static final U64 LDT_BASE = C.u64("ldt_base", "LDT address");
  public static final U64 LDT_ENTS = C.u64("ldt_ents", "LDT entries");
  public static final U64Array GDT_FRAMES = C.u64s("gdt_frames", 16, "frames of the GDT");
  public static final U64 GDT_ENTS = C.u64("gdt_ents", "GDT entries");
  public static final U64 KERNEL_SS = C.u64("kernel_ss", "kernel stack selector");
  public static final U64 KERNEL_SP = C.u64("kernel_sp", "kernel stack pointer");
  public static final U64Array CTRLREG =
      C.u64s("ctrlreg", 8, "control registers; [3] kernel, [1] user page-table root");
  public static final U64Array DEBUGREG = C.u64s("debugreg", 8, "debug registers");
  public static final U64 EVENT_CALLBACK_EIP = C.u64("event_callback_eip", "entry for events");
  public static final U64 FAILSAFE_CALLBACK_EIP =
      C.u64("failsafe_callback_eip", "entry after a failed selector load");
  public static final U64 SYSCALL_CALLBACK_EIP =
      C.u64("syscall_callback_eip", "entry for SYSCALL from user mode");
  public static final U64 VM_ASSIST = C.u64("vm_assist", "bits by VMASST_TYPE_*");
  public static final U64 FS_BASE = C.u64("fs_base", "");
  public static final U64 GS_BASE_KERNEL = C.u64("gs_base_kernel", "");
  public static final U64 GS_BASE_USER = C.u64("gs_base_user", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private VcpuGuestContext() {}
}
