package dev.zendo.hypercalls.mmu;

/** Flags of update_va_mapping; bits 2 and up: local, all, or a pointer to a bitmap of vcpus. */
public final class VaFlags {
  public static final int NONE = 0;
  public static final int TLB_FLUSH = 1;
  public static final int INVLPG = 2;
  public static final int FLUSHTYPE_MASK = 3;
  public static final int LOCAL = 0;
  public static final int ALL = 4;

  private VaFlags() {}
}
