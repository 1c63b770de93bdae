package dev.zendo.hypercalls.io;

/** Results of requests to a disk. */
public final class BlkifStatus {
  public static final int OKAY = 0;
  public static final int ERROR = -1;
  public static final int EOPNOTSUPP = -2;

  private BlkifStatus() {}
}
