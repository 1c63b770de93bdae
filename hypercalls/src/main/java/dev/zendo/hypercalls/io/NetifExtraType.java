package dev.zendo.hypercalls.io;

/** Kinds of extra information (io/netif.h). */
public final class NetifExtraType {
  public static final int NONE = 0;
  public static final int GSO = 1;
  public static final int MCAST_ADD = 2;
  public static final int MCAST_DEL = 3;
  public static final int HASH = 4;
  public static final int XDP = 5;

  private NetifExtraType() {}
}
