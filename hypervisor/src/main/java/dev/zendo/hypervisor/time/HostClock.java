package dev.zendo.hypervisor.time;

import java.time.Instant;

/** The host's monotonic clock, started at construction. Thread-safe. */
public final class HostClock implements Clock {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long start = System.nanoTime();
  private final long wallClock;

  /** A clock that reads 0 now. */
  public HostClock() {
    Instant now = Instant.now();
    wallClock = now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
  }

  @Override
  public long nanos() {
    return System.nanoTime() - start;
  }

  @Override
  public long wallClockAtStart() {
    return wallClock;
  }
}
