package dev.zendo.hypercalls.mmu;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct mmuext_op}. One extended page-table operation. */
public final class MmuextOp {
  private static final LayoutBuilder C =
      Layout.struct("mmuext_op", "One extended page-table operation.");
  public static final U32 CMD = C.u32("cmd", "MMUEXT_*");
  private static final LayoutBuilder ARG1 = C.union("arg1", 8, "");
  public static final U64 MFN = ARG1.pfn("mfn", "frame");
  public static final U64 LINEAR_ADDR = ARG1.u64("linear_addr", "virtual address");
  private static final LayoutBuilder ARG2 = C.union("arg2", 8, "");
  public static final U32 NR_ENTS = ARG2.u32("nr_ents", "entries of the LDT");
  public static final U64 VCPUMASK = ARG2.pointer("vcpumask", "const void", "bitmap of vcpus");
  public static final U64 SRC_MFN = ARG2.pfn("src_mfn", "source of a copy");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MmuextOp() {}
}
