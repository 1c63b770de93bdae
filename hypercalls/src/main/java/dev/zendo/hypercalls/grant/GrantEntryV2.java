package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.Nested;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U32Array;
import dev.zendo.hypercalls.layout.U64;

/** {@code union grant_entry_v2}. A grant in a version 2 table: one of three forms by flags. */
public final class GrantEntryV2 {
  private static final LayoutBuilder C =
      Layout.union("grant_entry_v2", "A grant in a version 2 table: one of three forms by flags.");
  public static final Nested HDR = C.nested("hdr", GrantEntryHeader.LAYOUT, "");
  private static final LayoutBuilder FULL_PAGE = C.struct("full_page", 8, "");
  public static final Nested FULL_PAGE_HDR = FULL_PAGE.nested("hdr", GrantEntryHeader.LAYOUT, "");
  public static final U32 FULL_PAGE_PAD0 = FULL_PAGE.u32("pad0", "");
  public static final U64 FULL_PAGE_FRAME = FULL_PAGE.u64("frame", "granted frame");
  private static final LayoutBuilder SUB_PAGE = C.struct("sub_page", 8, "");
  public static final Nested SUB_PAGE_HDR = SUB_PAGE.nested("hdr", GrantEntryHeader.LAYOUT, "");
  public static final U16 SUB_PAGE_OFF = SUB_PAGE.u16("page_off", "first byte");
  public static final U16 SUB_PAGE_LENGTH = SUB_PAGE.u16("length", "number of bytes");
  public static final U64 SUB_PAGE_FRAME = SUB_PAGE.u64("frame", "granted frame");
  private static final LayoutBuilder TRANSITIVE = C.struct("transitive", 4, "");
  public static final Nested TRANSITIVE_HDR = TRANSITIVE.nested("hdr", GrantEntryHeader.LAYOUT, "");
  public static final U16 TRANSITIVE_DOMID =
      TRANSITIVE.domid("trans_domid", "domain whose grant is passed on");
  public static final U16 TRANSITIVE_PAD0 = TRANSITIVE.u16("pad0", "");
  public static final U32 TRANSITIVE_GREF = TRANSITIVE.gref("gref", "its grant reference");
  public static final U32Array SPACER = C.u32s("__spacer", 4, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GrantEntryV2() {}
}
