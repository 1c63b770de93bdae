package dev.zendo.hypercalls.io;

/** What is hashed, as bits (io/netif.h). */
public final class NetifHashType {
  public static final int IPV4 = 1;
  public static final int IPV4_TCP = 1 << 1;
  public static final int IPV6 = 1 << 2;
  public static final int IPV6_TCP = 1 << 3;

  private NetifHashType() {}
}
