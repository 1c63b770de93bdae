package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.S32;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct physdev_setup_gsi}. Sets trigger and polarity. */
public final class SetupGsi {
  private static final LayoutBuilder C =
      Layout.struct("physdev_setup_gsi", "Sets trigger and polarity.");
  public static final S32 GSI = C.s32("gsi", "");
  public static final U8 TRIGGERING = C.u8("triggering", "");
  public static final U8 POLARITY = C.u8("polarity", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetupGsi() {}
}
