package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct gnttab_cache_flush}. Flushes caches of a granted range. */
public final class CacheFlush {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_cache_flush", "Flushes caches of a granted range.");
  private static final LayoutBuilder A = C.union("a", 8, "");
  public static final U64 DEV_BUS_ADDR = A.u64("dev_bus_addr", "in: machine address");
  public static final U32 REF = A.gref("ref", "in: grant");
  public static final U16 OFFSET = C.u16("offset", "in: first byte");
  public static final U16 LENGTH = C.u16("length", "in: number of bytes");
  public static final U32 OP = C.u32("op", "in: GNTTAB_CACHE_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CacheFlush() {}
}
