package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct gnttab_map_grant_ref}. Maps a frame that another domain granted. */
public final class MapGrantRef {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_map_grant_ref", "Maps a frame that another domain granted.");
  public static final U64 HOST_ADDR =
      C.u64("host_addr", "in: virtual address, or machine address of a page-table entry");
  public static final U32 FLAGS = C.u32("flags", "in: GNTMAP_*");
  public static final U32 REF = C.gref("ref", "in: the grant");
  public static final U16 DOM = C.domid("dom", "in: the granting domain");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");
  public static final U32 HANDLE = C.u32("handle", "out: names the mapping");
  public static final U64 DEV_BUS_ADDR = C.u64("dev_bus_addr", "out: machine address");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MapGrantRef() {}
}
