package dev.zendo.hypercalls.sysctl;

/** Version that every sysctl carries. */
public final class SysctlVersion {
  public static final int INTERFACE_VERSION = 0x15;

  private SysctlVersion() {}
}
