package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct gnttab_copy_ptr}. One side of a grant copy. */
public final class CopyPointer {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_copy_ptr", "One side of a grant copy.");
  private static final LayoutBuilder U = C.union("u", 8, "");
  public static final U32 REF = U.gref("ref", "grant");
  public static final U64 GMFN = U.pfn("gmfn", "own frame");
  public static final U16 DOMID = C.domid("domid", "owner");
  public static final U16 OFFSET = C.u16("offset", "first byte in the page");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CopyPointer() {}
}
