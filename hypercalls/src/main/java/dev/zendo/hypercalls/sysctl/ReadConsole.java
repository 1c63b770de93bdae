package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct xen_sysctl_readconsole}. Reads the console ring of the hypervisor. */
public final class ReadConsole {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_readconsole", "Reads the console ring of the hypervisor.");
  public static final U8 CLEAR = C.u8("clear", "in");
  public static final U8 INCREMENTAL = C.u8("incremental", "in");
  public static final U8 PAD0 = C.u8("pad0", "");
  public static final U8 PAD1 = C.u8("pad1", "");
  public static final U32 INDEX = C.u32("index", "in/out");
  public static final U64 BUFFER = C.pointer("buffer", "char", "out");
  public static final U32 COUNT = C.u32("count", "in/out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ReadConsole() {}
}
