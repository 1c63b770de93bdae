package dev.zendo.hypercalls.io;

/** Hash functions (io/netif.h). */
public final class NetifHashAlgorithm {
  public static final int NONE = 0;
  public static final int TOEPLITZ = 1;

  private NetifHashAlgorithm() {}
}
