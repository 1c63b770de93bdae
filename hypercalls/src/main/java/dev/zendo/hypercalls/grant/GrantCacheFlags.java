package dev.zendo.hypercalls.grant;

/** Cache attribute flags of grant entries. */
public final class GrantCacheFlags {
  public static final int PWT = 1 << 5;
  public static final int PCD = 1 << 6;
  public static final int PAT = 1 << 7;

  private GrantCacheFlags() {}
}
