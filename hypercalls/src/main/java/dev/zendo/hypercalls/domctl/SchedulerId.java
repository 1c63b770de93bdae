package dev.zendo.hypercalls.domctl;

/** Schedulers. */
public final class SchedulerId {
  public static final int CREDIT = 5;
  public static final int CREDIT2 = 6;
  public static final int ARINC653 = 7;
  public static final int RTDS = 8;
  public static final int NULL = 9;

  private SchedulerId() {}
}
