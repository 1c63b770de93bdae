package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct gnttab_dump_table}. Asks the hypervisor to print the table. */
public final class DumpTable {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_dump_table", "Asks the hypervisor to print the table.");
  public static final U16 DOM = C.domid("dom", "in: owner of the table");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private DumpTable() {}
}
