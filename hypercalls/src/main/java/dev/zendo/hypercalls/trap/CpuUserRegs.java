package dev.zendo.hypercalls.trap;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct cpu_user_regs}. Registers of a vcpu. */
public final class CpuUserRegs {
  private static final LayoutBuilder C = Layout.struct("cpu_user_regs", "Registers of a vcpu.");
  public static final U64 R15 = C.u64("r15", "");
  public static final U64 R14 = C.u64("r14", "");
  public static final U64 R13 = C.u64("r13", "");
  public static final U64 R12 = C.u64("r12", "");
  public static final U64 RBP = C.u64("rbp", "");
  public static final U64 RBX = C.u64("rbx", "");
  public static final U64 R11 = C.u64("r11", "");
  public static final U64 R10 = C.u64("r10", "");
  public static final U64 R9 = C.u64("r9", "");
  public static final U64 R8 = C.u64("r8", "");
  public static final U64 RAX = C.u64("rax", "");
  public static final U64 RCX = C.u64("rcx", "");
  public static final U64 RDX = C.u64("rdx", "");
  public static final U64 RSI = C.u64("rsi", "");
  public static final U64 RDI = C.u64("rdi", "");
  public static final U32 ERROR_CODE = C.u32("error_code", "");
  public static final U32 ENTRY_VECTOR = C.u32("entry_vector", "");
  public static final U64 RIP = C.u64("rip", "");
  public static final U16 CS = C.u16("cs", "");
  public static final U16 PAD0 = C.u16("_pad0", "");
  public static final U8 SAVED_UPCALL_MASK =
      C.u8("saved_upcall_mask", "event mask before the trap");
  public static final Bytes PAD1 = C.bytes("_pad1", 3, "");
  public static final U64 RFLAGS = C.u64("rflags", "");
  public static final U64 RSP = C.u64("rsp", "");
  public static final U16 SS = C.u16("ss", "");
  public static final Bytes PAD2 = C.bytes("_pad2", 6, "");
  public static final U16 ES = C.u16("es", "");
  public static final Bytes PAD3 = C.bytes("_pad3", 6, "");
  public static final U16 DS = C.u16("ds", "");
  public static final Bytes PAD4 = C.bytes("_pad4", 6, "");
  public static final U16 FS = C.u16("fs", "");
  public static final Bytes PAD5 = C.bytes("_pad5", 6, "");
  public static final U16 GS = C.u16("gs", "");
  public static final Bytes PAD6 = C.bytes("_pad6", 6, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CpuUserRegs() {}
}
