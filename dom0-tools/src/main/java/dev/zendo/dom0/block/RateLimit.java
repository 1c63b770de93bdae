package dev.zendo.dom0.block;

/**
 * A token bucket: so much per second, and a tenth of a second's worth at once after a pause. What
 * is taken may exceed what is there; then nothing more may be taken until the debt is paid off. Not
 * thread-safe.
 */
final class RateLimit {
  private static final long SECOND = 1_000_000_000L;
  private static final double BURST_SECONDS = 0.1;

  private final double perNano;
  private final double burst;
  private double tokens;
  private long last;

  /** A limit, counted from the given time on, in nanoseconds of any origin. */
  RateLimit(long perSecond, long now) {
    this.perNano = (double) perSecond / SECOND;
    this.burst = Math.max(1, perSecond * BURST_SECONDS);
    this.tokens = burst;
    this.last = now;
  }

  /** Nanoseconds until something may be taken; 0 for now. */
  long delay(long now) {
    tokens = Math.min(burst, tokens + (now - last) * perNano);
    last = now;
    return tokens > 0 ? 0 : (long) Math.ceil(-tokens / perNano) + 1;
  }

  /** Takes an amount after {@link #delay} was 0. */
  void take(long amount) {
    tokens -= amount;
  }
}
