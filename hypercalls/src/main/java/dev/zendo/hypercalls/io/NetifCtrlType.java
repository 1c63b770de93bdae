package dev.zendo.hypercalls.io;

/** Kinds of requests of the control ring (io/netif.h). */
public final class NetifCtrlType {
  public static final int INVALID = 0;
  public static final int GET_HASH_FLAGS = 1;
  public static final int SET_HASH_FLAGS = 2;
  public static final int SET_HASH_KEY = 3;
  public static final int GET_HASH_MAPPING_SIZE = 4;
  public static final int SET_HASH_MAPPING_SIZE = 5;
  public static final int SET_HASH_MAPPING = 6;
  public static final int SET_HASH_ALGORITHM = 7;
  public static final int GET_GREF_MAPPING_SIZE = 8;
  public static final int ADD_GREF_MAPPING = 9;
  public static final int DEL_GREF_MAPPING = 10;

  private NetifCtrlType() {}
}
