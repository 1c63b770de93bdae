package dev.zendo.hypercalls.grant;

/** Flags of grant entries. */
public final class GrantFlags {
  public static final int INVALID = 0;
  public static final int PERMIT_ACCESS = 1;
  public static final int ACCEPT_TRANSFER = 2;
  public static final int TRANSITIVE = 3;
  public static final int TYPE_MASK = 3;
  public static final int READONLY = 1 << 2;
  public static final int READING = 1 << 3;
  public static final int WRITING = 1 << 4;
  public static final int SUB_PAGE = 1 << 8;
  public static final int TRANSFER_COMMITTED = 1 << 2;
  public static final int TRANSFER_COMPLETED = 1 << 3;

  private GrantFlags() {}
}
