package dev.zendo.hypercalls.grant;

/** Flags of grant copies. */
public final class CopyFlags {
  public static final int SOURCE_GREF = 1;
  public static final int DEST_GREF = 1 << 1;

  private CopyFlags() {}
}
