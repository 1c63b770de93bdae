package dev.zendo.hypercalls.trap;

/** Flags of callback_register. */
public final class CallbackFlags {
  public static final int MASK_EVENTS = 1;

  private CallbackFlags() {}
}
