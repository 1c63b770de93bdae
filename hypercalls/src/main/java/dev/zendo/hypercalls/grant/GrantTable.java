package dev.zendo.hypercalls.grant;

/** Reserved entries of every grant table. */
public final class GrantTable {
  public static final int RESERVED_CONSOLE = 0;
  public static final int RESERVED_XENSTORE = 1;
  public static final int NR_RESERVED_ENTRIES = 8;

  private GrantTable() {}
}
