package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xencons_interface}. The page of a console: two rings of characters. */
public final class ConsoleRing {
  private static final LayoutBuilder C =
      Layout.struct("xencons_interface", "The page of a console: two rings of characters.");
  public static final Bytes IN = C.chars("in", 1024, "to the guest");
  public static final Bytes OUT = C.chars("out", 2048, "from the guest");
  public static final U32 IN_CONS = C.u32("in_cons", "written by the guest");
  public static final U32 IN_PROD = C.u32("in_prod", "written by the console daemon");
  public static final U32 OUT_CONS = C.u32("out_cons", "written by the console daemon");
  public static final U32 OUT_PROD = C.u32("out_prod", "written by the guest");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ConsoleRing() {}
}
