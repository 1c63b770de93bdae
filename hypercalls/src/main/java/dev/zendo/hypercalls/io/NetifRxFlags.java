package dev.zendo.hypercalls.io;

/** Flags of received fragments (io/netif.h). */
public final class NetifRxFlags {
  public static final int DATA_VALIDATED = 1;
  public static final int CSUM_BLANK = 1 << 1;
  public static final int MORE_DATA = 1 << 2;
  public static final int EXTRA_INFO = 1 << 3;
  public static final int GSO_PREFIX = 1 << 4;

  private NetifRxFlags() {}
}
