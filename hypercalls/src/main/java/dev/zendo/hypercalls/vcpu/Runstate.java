package dev.zendo.hypercalls.vcpu;

/** States of a vcpu. */
public final class Runstate {
  public static final int RUNNING = 0;
  public static final int RUNNABLE = 1;
  public static final int BLOCKED = 2;
  public static final int OFFLINE = 3;

  private Runstate() {}
}
