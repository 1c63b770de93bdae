package dev.zendo.hypercalls.grant;

/** Flags of grant mappings. */
public final class MapFlags {
  public static final int DEVICE_MAP = 1;
  public static final int HOST_MAP = 1 << 1;
  public static final int READONLY = 1 << 2;
  public static final int APPLICATION_MAP = 1 << 3;
  public static final int CONTAINS_PTE = 1 << 4;
  public static final int GUEST_AVAIL_MASK = -1 << 16;

  private MapFlags() {}
}
