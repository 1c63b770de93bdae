package dev.zendo.hypercalls.platform;

/** Commands of xenpmu_op. */
public final class PmuOp {
  public static final int MODE_GET = 0;
  public static final int MODE_SET = 1;
  public static final int FEATURE_GET = 2;
  public static final int FEATURE_SET = 3;
  public static final int INIT = 4;
  public static final int FINISH = 5;
  public static final int LVTPC_SET = 6;
  public static final int FLUSH = 7;

  private PmuOp() {}
}
