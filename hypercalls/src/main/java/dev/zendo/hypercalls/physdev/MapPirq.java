package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct physdev_map_pirq}. Maps an interrupt. */
public final class MapPirq {
  private static final LayoutBuilder C = Layout.struct("physdev_map_pirq", "Maps an interrupt.");
  public static final U16 DOMID = C.domid("domid", "in");
  public static final S32 TYPE = C.s32("type", "in: MAP_PIRQ_TYPE_*");
  public static final S32 INDEX = C.s32("index", "in");
  public static final S32 PIRQ = C.s32("pirq", "in/out");
  public static final S32 BUS = C.s32("bus", "");
  public static final S32 DEVFN = C.s32("devfn", "");
  public static final S32 ENTRY_NR = C.s32("entry_nr", "");
  public static final U64 TABLE_BASE = C.u64("table_base", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MapPirq() {}
}
