package dev.zendo.hypercalls.trap;

/** Which base set_segment_base sets. */
public final class SegmentBase {
  public static final int FS = 0;
  public static final int GS_USER = 1;
  public static final int GS_KERNEL = 2;
  public static final int GS_USER_SEL = 3;

  private SegmentBase() {}
}
