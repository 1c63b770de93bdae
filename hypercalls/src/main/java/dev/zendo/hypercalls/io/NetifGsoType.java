package dev.zendo.hypercalls.io;

/** Kinds of large packets (io/netif.h). */
public final class NetifGsoType {
  public static final int NONE = 0;
  public static final int TCPV4 = 1;
  public static final int TCPV6 = 2;

  private NetifGsoType() {}
}
