package dev.zendo.hypercalls.trap;

/** Entry points that callback_op registers. */
public final class CallbackType {
  public static final int EVENT = 0;
  public static final int FAILSAFE = 1;
  public static final int SYSCALL = 2;
  public static final int SYSENTER_DEPRECATED = 3;
  public static final int NMI = 4;
  public static final int SYSENTER = 5;
  public static final int SYSCALL32 = 7;

  private CallbackType() {}
}
