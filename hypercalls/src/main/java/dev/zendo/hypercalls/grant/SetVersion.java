package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct gnttab_set_version}. Chooses the format of the table. */
public final class SetVersion {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_set_version", "Chooses the format of the table.");
  public static final U32 VERSION = C.u32("version", "in: 1 or 2; out: what is used");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetVersion() {}
}
