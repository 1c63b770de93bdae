package dev.zendo.hypercalls.io;

/** What became of a fragment (io/netif.h). */
public final class NetifStatus {
  public static final int DROPPED = -2;
  public static final int ERROR = -1;
  public static final int OKAY = 0;
  public static final int NULL = 1;

  private NetifStatus() {}
}
