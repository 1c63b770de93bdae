package dev.zendo.dom0.net.nat.tcp;

import java.util.concurrent.TimeUnit;

/** How long to wait for an acknowledgement (RFC 6298). Times are nanoseconds. */
final class RoundTrip {
  /** As in Linux; receivers delay acknowledgements by less. */
  static final long MIN = TimeUnit.MILLISECONDS.toNanos(200);

  static final long INITIAL = TimeUnit.SECONDS.toNanos(1);
  static final long MAX = TimeUnit.SECONDS.toNanos(60);

  private long smooth;
  private long variation;
  private long base = INITIAL;
  private int backoff;

  /** Takes a measured time, of a segment that was sent once. */
  void sample(long nanos) {
    if (smooth == 0) {
      smooth = nanos;
      variation = nanos / 2;
    } else {
      variation += (Math.abs(smooth - nanos) - variation) / 4;
      smooth += (nanos - smooth) / 8;
    }
    base = Math.min(MAX, Math.max(MIN, smooth + 4 * variation));
    backoff = 0;
  }

  /** Something was acknowledged. */
  void progress() {
    backoff = 0;
  }

  /** Nothing was for too long. */
  void backOff() {
    backoff = Math.min(backoff + 1, 10);
  }

  /** Time until the next retransmission. */
  long timeout() {
    return Math.min(MAX, base << backoff);
  }
}
