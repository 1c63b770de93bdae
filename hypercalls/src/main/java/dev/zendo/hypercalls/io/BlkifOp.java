package dev.zendo.hypercalls.io;

/** Operations of a disk. */
public final class BlkifOp {
  public static final int READ = 0;
  public static final int WRITE = 1;
  public static final int WRITE_BARRIER = 2;
  public static final int FLUSH_DISKCACHE = 3;
  public static final int DISCARD = 5;
  public static final int INDIRECT = 6;

  private BlkifOp() {}
}
