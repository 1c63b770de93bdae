package dev.zendo.hypercalls.grant;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S16;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct gnttab_swap_grant_ref}. Exchanges two grants. */
public final class SwapGrantRef {
  private static final LayoutBuilder C =
      Layout.struct("gnttab_swap_grant_ref", "Exchanges two grants.");
  public static final U32 REF_A = C.gref("ref_a", "in");
  public static final U32 REF_B = C.gref("ref_b", "in");
  public static final S16 STATUS = C.s16("status", "out: GNTST_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SwapGrantRef() {}
}
