package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/**
 * {@code struct gnttab_unmap_and_replace}. Undoes a mapping and moves another entry into its place.
 */
public final class UnmapAndReplace {
  private static final LayoutBuilder C =
      Layout.struct(
          "gnttab_unmap_and_replace", "Undoes a mapping and moves another entry into its place.");
  public static final U64 HOST_ADDR = C.u64("host_addr", "in: the mapping");
  public static final U64 NEW_ADDR = C.u64("new_addr", "in: mapping to move here");
  public static final U32 HANDLE = C.u32("handle", "in: names the mapping");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private UnmapAndReplace() {}
}
