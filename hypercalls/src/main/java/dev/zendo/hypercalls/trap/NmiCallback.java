package dev.zendo.hypercalls.trap;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xennmi_callback}. Argument of XENNMI_register_callback. */
public final class NmiCallback {
  private static final LayoutBuilder C =
      Layout.struct("xennmi_callback", "Argument of XENNMI_register_callback.");
  public static final U64 HANDLER_ADDRESS = C.u64("handler_address", "entry point");
  public static final U64 PAD = C.u64("pad", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NmiCallback() {}
}
