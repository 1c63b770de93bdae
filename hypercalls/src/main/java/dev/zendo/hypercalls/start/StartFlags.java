package dev.zendo.hypercalls.start;

/** Flags of start_info. */
public final class StartFlags {
  public static final int PRIVILEGED = 1;
  public static final int INITDOMAIN = 1 << 1;
  public static final int MULTIBOOT_MOD = 1 << 2;
  public static final int MOD_START_PFN = 1 << 3;
  public static final int VIRT_P2M_4TOOLS = 1 << 4;
  public static final int PM_MASK = 0xff << 8;

  private StartFlags() {}
}
