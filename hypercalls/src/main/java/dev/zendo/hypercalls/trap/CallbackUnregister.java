package dev.zendo.hypercalls.trap;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct callback_unregister}. Argument of CALLBACKOP_unregister. */
public final class CallbackUnregister {
  private static final LayoutBuilder C =
      Layout.struct("callback_unregister", "Argument of CALLBACKOP_unregister.");
  public static final U16 TYPE = C.u16("type", "CALLBACKTYPE_*");
  public static final U16 UNUSED = C.u16("_unused", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CallbackUnregister() {}
}
