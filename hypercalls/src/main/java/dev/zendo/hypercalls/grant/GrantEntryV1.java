package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct grant_entry_v1}. A grant in a version 1 table. */
public final class GrantEntryV1 {
  private static final LayoutBuilder C =
      Layout.struct("grant_entry_v1", "A grant in a version 1 table.");
  public static final U16 FLAGS = C.u16("flags", "GTF_*");
  public static final U16 DOMID = C.domid("domid", "domain that may use it");
  public static final U32 FRAME = C.u32("frame", "granted frame");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GrantEntryV1() {}
}
