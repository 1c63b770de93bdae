package dev.zendo.hypercalls.domctl;

/** Buttons of sendtrigger. */
public final class Trigger {
  public static final int NMI = 0;
  public static final int RESET = 1;
  public static final int INIT = 2;
  public static final int POWER = 3;
  public static final int SLEEP = 4;

  private Trigger() {}
}
