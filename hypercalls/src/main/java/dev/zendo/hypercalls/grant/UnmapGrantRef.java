package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct gnttab_unmap_grant_ref}. Undoes a grant mapping. */
public final class UnmapGrantRef {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_unmap_grant_ref", "Undoes a grant mapping.");
  public static final U64 HOST_ADDR = C.u64("host_addr", "in: as at map, or 0");
  public static final U64 DEV_BUS_ADDR = C.u64("dev_bus_addr", "in: as at map, or 0");
  public static final U32 HANDLE = C.u32("handle", "in: names the mapping");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private UnmapGrantRef() {}
}
