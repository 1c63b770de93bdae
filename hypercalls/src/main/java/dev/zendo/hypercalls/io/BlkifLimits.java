package dev.zendo.hypercalls.io;

/** Sizes and flags of the disk protocol. */
public final class BlkifLimits {
  /** Segments that stand in a request itself. */
  public static final int SEGMENTS_PER_REQUEST = 11;

  /** Pages of segments of an indirect request. */
  public static final int INDIRECT_PAGES = 8;

  /** Segments in each of these pages. */
  public static final int SEGMENTS_PER_PAGE = 512;

  /** Bytes of the sectors in which requests and the store count, whatever the disk's own are. */
  public static final int SECTOR_SIZE = 512;

  /** Flag of a discard: the contents must be gone. */
  public static final int DISCARD_SECURE = 1;

  private BlkifLimits() {}
}
