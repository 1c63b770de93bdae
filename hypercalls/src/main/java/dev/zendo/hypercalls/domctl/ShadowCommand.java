package dev.zendo.hypercalls.domctl;

/** Operations of XEN_DOMCTL_shadow_op. */
public final class ShadowCommand {
  public static final int OFF = 0;
  public static final int ENABLE = 1;
  public static final int ENABLE_LOGDIRTY = 2;
  public static final int CLEAN = 11;
  public static final int PEEK = 12;

  private ShadowCommand() {}
}
