package dev.zendo.hypercalls.sysctl;

/** Capabilities in physinfo. */
public final class PhysCapabilities {
  public static final int HVM = 1;
  public static final int PV = 1 << 1;
  public static final int DIRECTIO = 1 << 2;
  public static final int HAP = 1 << 3;
  public static final int SHADOW = 1 << 4;
  public static final int GNTTAB_V1 = 1 << 8;
  public static final int GNTTAB_V2 = 1 << 9;

  private PhysCapabilities() {}
}
