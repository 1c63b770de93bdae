package dev.zendo.hypervisor.trace;

import java.util.Arrays;

/**
 * A place where a vcpu was seen.
 *
 * @param kernelMode whether the guest kernel was running
 * @param service what the hypervisor did for the guest then, or {@link #NONE}
 * @param frames guest addresses: where it was, then return addresses, innermost first
 */
public record Sample(boolean kernelMode, int service, long[] frames) {
  /** The guest itself was running. */
  public static final int NONE = -1;

  /** Added to a vector: the hypervisor served an exception. Below are numbers of hypercalls. */
  public static final int EXCEPTION = 0x1000;

  /** The hypervisor served anything else. */
  public static final int OTHER = 0x2000;

  @Override
  public boolean equals(Object other) {
    return other instanceof Sample sample
        && kernelMode == sample.kernelMode
        && service == sample.service
        && Arrays.equals(frames, sample.frames);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(frames) + service) + (kernelMode ? 1 : 0);
  }

  @Override
  public String toString() {
    return (kernelMode ? "kernel " : "user ") + service + Arrays.toString(frames);
  }
}
