package dev.zendo.hypercalls.io;

/** Results of requests of the control ring (io/netif.h). */
public final class NetifCtrlStatus {
  public static final int SUCCESS = 0;
  public static final int NOT_SUPPORTED = 1;
  public static final int INVALID_PARAMETER = 2;
  public static final int BUFFER_OVERFLOW = 3;

  private NetifCtrlStatus() {}
}
