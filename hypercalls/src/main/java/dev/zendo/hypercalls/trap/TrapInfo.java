package dev.zendo.hypercalls.trap;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct trap_info}. One exception handler; a list of them ends with address 0. */
public final class TrapInfo {
  private static final LayoutBuilder C =
      Layout.struct("trap_info", "One exception handler; a list of them ends with address 0.");
  public static final U8 VECTOR = C.u8("vector", "exception number");
  public static final U8 FLAGS =
      C.u8("flags", "bits 0-1: least privilege that may INT here; bit 2: mask events on entry");
  public static final U16 CS = C.u16("cs", "code selector, ignored for 64-bit guests");
  public static final U64 ADDRESS = C.u64("address", "handler");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private TrapInfo() {}
}
