package dev.zendo.hypercalls.io;

/** Sizes of packets (io/netif.h). */
public final class NetifLimits {
  public static final int NR_SLOTS_MIN = 18;
  public static final int MAX_TX_SIZE = 0xffff;

  private NetifLimits() {}
}
