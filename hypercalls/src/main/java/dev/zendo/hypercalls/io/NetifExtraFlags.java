package dev.zendo.hypercalls.io;

/** Flags of extra information (io/netif.h). */
public final class NetifExtraFlags {
  public static final int MORE = 1;

  private NetifExtraFlags() {}
}
