package dev.zendo.hypervisor.trace;

/**
 * When a vcpu is looked at.
 *
 * @param instructions executed from one sample to the next, or 0 to go by time
 * @param nanos of the vcpu's running time from one sample to the next; only without instructions
 * @param kernelStacks whether the guest kernel keeps frame pointers, so that RBP leads to callers
 * @param userStacks the same for the guest's user mode
 */
public record SamplingPlan(
    long instructions, long nanos, boolean kernelStacks, boolean userStacks) {
  /** Checks the figures. */
  public SamplingPlan {
    if (instructions < 0 || nanos < 0 || instructions == 0 && nanos == 0) {
      throw new IllegalArgumentException("a sample every 0 instructions or nanoseconds");
    }
  }

  boolean byInstructions() {
    return instructions != 0;
  }
}
