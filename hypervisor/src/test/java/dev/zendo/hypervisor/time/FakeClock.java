package dev.zendo.hypervisor.time;

/** A clock that tests move by hand. */
public final class FakeClock implements Clock {
  private volatile long now;

  /** Moves to a time, in nanoseconds. */
  public void set(long nanos) {
    now = nanos;
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public long wallClockAtStart() {
    return 1_700_000_000_123_456_789L;
  }
}
