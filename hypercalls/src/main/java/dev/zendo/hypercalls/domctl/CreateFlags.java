package dev.zendo.hypercalls.domctl;

/** Flags of createdomain. */
public final class CreateFlags {
  public static final int HVM = 1;
  public static final int HAP = 1 << 1;
  public static final int S3_INTEGRITY = 1 << 2;
  public static final int OOS_OFF = 1 << 3;
  public static final int XS_DOMAIN = 1 << 4;
  public static final int IOMMU = 1 << 5;
  public static final int NESTED_VIRT = 1 << 6;
  public static final int VPMU = 1 << 7;

  private CreateFlags() {}
}
