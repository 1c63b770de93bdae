package dev.zendo.dom0.net.bridge;

/**
 * Keeps a sender to its {@link RateLimit}: each interval brings credit, which a sender may save up
 * to one large packet. One thread.
 */
public final class Credit {
  /** A large packet must be possible under any limit. */
  private static final long MIN_BURST = 128 << 10;

  private final RateLimit limit;
  private final long interval;
  private long credit;
  private long next;

  /** With the time at the beginning, in nanoseconds. */
  public Credit(RateLimit limit, long now) {
    this.limit = limit;
    this.interval = limit.intervalMicros() * 1000;
    this.credit = limit.bytes();
    this.next = now + interval;
  }

  /**
   * Takes credit for a packet.
   *
   * @return 0, or the nanoseconds until it is worth asking again
   */
  public long take(int bytes, long now) {
    if (now - next >= 0) {
      long passed = (now - next) / interval + 1;
      long burst = Math.max(MIN_BURST, limit.bytes());
      long most = limit.bytes() == 0 ? 0 : burst / limit.bytes() + 1;
      credit = Math.min(burst, credit + Math.min(passed, most) * limit.bytes());
      next += passed * interval;
    }
    if (bytes > credit) {
      return next - now;
    }
    credit -= bytes;
    return 0;
  }
}
