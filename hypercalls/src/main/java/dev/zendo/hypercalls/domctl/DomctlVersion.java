package dev.zendo.hypercalls.domctl;

/** Version that every domctl carries. */
public final class DomctlVersion {
  public static final int INTERFACE_VERSION = 0x15;

  private DomctlVersion() {}
}
