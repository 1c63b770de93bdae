package dev.zendo.hypercalls.mmu;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.layout.U64Array;

/** {@code struct multicall_entry}. One hypercall of a batch. */
public final class MulticallEntry {
  private static final LayoutBuilder C =
      Layout.struct("multicall_entry", "One hypercall of a batch.");
  public static final U64 OP = C.u64("op", "hypercall number");
  public static final U64 RESULT = C.u64("result", "out: its result");
  public static final U64Array ARGS = C.u64s("args", 6, "arguments");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MulticallEntry() {}
}
