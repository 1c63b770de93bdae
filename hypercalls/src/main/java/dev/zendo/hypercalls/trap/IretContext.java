package dev.zendo.hypercalls.trap;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct iret_context}. What the iret hypercall finds on the stack. */
public final class IretContext {
  private static final LayoutBuilder C =
      Layout.struct("iret_context", "What the iret hypercall finds on the stack.");
  public static final U64 RAX = C.u64("rax", "");
  public static final U64 R11 = C.u64("r11", "");
  public static final U64 RCX = C.u64("rcx", "");
  public static final U64 FLAGS = C.u64("flags", "");
  public static final U64 RIP = C.u64("rip", "");
  public static final U64 CS = C.u64("cs", "");
  public static final U64 RFLAGS = C.u64("rflags", "");
  public static final U64 RSP = C.u64("rsp", "");
  public static final U64 SS = C.u64("ss", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private IretContext() {}
}
