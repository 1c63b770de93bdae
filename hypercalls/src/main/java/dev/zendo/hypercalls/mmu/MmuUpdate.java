package dev.zendo.hypercalls.mmu;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct mmu_update}. One page-table or machine-to-phys update. */
public final class MmuUpdate {
  private static final LayoutBuilder C =
      Layout.struct("mmu_update", "One page-table or machine-to-phys update.");
  public static final U64 PTR = C.u64("ptr", "machine address of the entry; low bits: MMU_*");
  public static final U64 VAL = C.u64("val", "new value");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MmuUpdate() {}
}
