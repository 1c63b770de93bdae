package dev.zendo.hypervisor.machine;

/**
 * Free frames that are kept for a domain which is still to take them. Changed by the {@link
 * FrameAllocator}, under its lock.
 */
public final class FrameClaim {
  volatile long outstanding;

  /** A claim of no frames. */
  public FrameClaim() {}

  /** Number of frames that are kept. Any thread. */
  public long outstanding() {
    return outstanding;
  }
}
