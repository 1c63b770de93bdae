package dev.zendo.hypercalls.platform;

/** Version that every platform_op carries. */
public final class PlatformVersion {
  public static final int INTERFACE_VERSION = 0x03000001;

  private PlatformVersion() {}
}
