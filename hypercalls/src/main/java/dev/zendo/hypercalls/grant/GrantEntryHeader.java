package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct grant_entry_header}. The common start of version 2 grants. */
public final class GrantEntryHeader {
  private static final LayoutBuilder C =
      Layout.struct("grant_entry_header", "The common start of version 2 grants.");
  public static final U16 FLAGS = C.u16("flags", "GTF_*");
  public static final U16 DOMID = C.domid("domid", "domain that may use it");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GrantEntryHeader() {}
}
