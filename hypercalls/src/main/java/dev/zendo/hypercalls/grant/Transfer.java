package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct gnttab_transfer}. Gives a frame away. */
public final class Transfer {
  private static final LayoutBuilder C = Layout.struct("gnttab_transfer", "Gives a frame away.");
  public static final U64 MFN = C.pfn("mfn", "in: the frame");
  public static final U16 DOMID = C.domid("domid", "in: the new owner");
  public static final U32 REF = C.gref("ref", "in: its accepting grant");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private Transfer() {}
}
