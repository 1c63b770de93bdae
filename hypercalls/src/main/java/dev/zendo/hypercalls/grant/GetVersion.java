package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct gnttab_get_version}. Asks for the format of a table. */
public final class GetVersion {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_get_version", "Asks for the format of a table.");
  public static final U16 DOM = C.domid("dom", "in: owner of the table");
  public static final U16 PAD = C.u16("pad", "");
  public static final U32 VERSION = C.u32("version", "out: 1 or 2");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GetVersion() {}
}
