package dev.zendo.hypercalls.grant;

/** Commands of grant_table_op. */
public final class GrantOp {
  public static final int MAP_GRANT_REF = 0;
  public static final int UNMAP_GRANT_REF = 1;
  public static final int SETUP_TABLE = 2;
  public static final int DUMP_TABLE = 3;
  public static final int TRANSFER = 4;
  public static final int COPY = 5;
  public static final int QUERY_SIZE = 6;
  public static final int UNMAP_AND_REPLACE = 7;
  public static final int SET_VERSION = 8;
  public static final int GET_STATUS_FRAMES = 9;
  public static final int GET_VERSION = 10;
  public static final int SWAP_GRANT_REF = 11;
  public static final int CACHE_FLUSH = 12;

  private GrantOp() {}
}
