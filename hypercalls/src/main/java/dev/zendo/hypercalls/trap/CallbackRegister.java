package dev.zendo.hypercalls.trap;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct callback_register}. Argument of CALLBACKOP_register. */
public final class CallbackRegister {
  private static final LayoutBuilder C =
      Layout.struct("callback_register", "Argument of CALLBACKOP_register.");
  public static final U16 TYPE = C.u16("type", "CALLBACKTYPE_*");
  public static final U16 FLAGS = C.u16("flags", "CALLBACKF_*");
  public static final U64 ADDRESS = C.u64("address", "entry point");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CallbackRegister() {}
}
