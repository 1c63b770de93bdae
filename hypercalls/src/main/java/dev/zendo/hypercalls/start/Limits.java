package dev.zendo.hypercalls.start;

/** Fixed sizes of the ABI. */
public final class Limits {
  public static final int LEGACY_MAX_VCPUS = 32;

  private Limits() {}
}
