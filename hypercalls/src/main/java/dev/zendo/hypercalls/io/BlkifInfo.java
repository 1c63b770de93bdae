package dev.zendo.hypercalls.io;

/** Flags of a disk's key {@code info}. */
public final class BlkifInfo {
  public static final int CDROM = 1;
  public static final int REMOVABLE = 1 << 1;
  public static final int READONLY = 1 << 2;

  private BlkifInfo() {}
}
