package dev.zendo.hypercalls.io;

/**
 * Flags of requests to send (io/netif.h); two of them have other values than those of receiving.
 */
public final class NetifTxFlags {
  public static final int CSUM_BLANK = 1;
  public static final int DATA_VALIDATED = 1 << 1;
  public static final int MORE_DATA = 1 << 2;
  public static final int EXTRA_INFO = 1 << 3;

  private NetifTxFlags() {}
}
