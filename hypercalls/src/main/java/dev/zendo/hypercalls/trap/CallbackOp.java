package dev.zendo.hypercalls.trap;

/** Commands of callback_op. */
public final class CallbackOp {
  public static final int REGISTER = 0;
  public static final int UNREGISTER = 1;

  private CallbackOp() {}
}
