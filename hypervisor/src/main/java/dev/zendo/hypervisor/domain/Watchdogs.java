package dev.zendo.hypervisor.domain;

import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOSPC;

import dev.zendo.hypervisor.time.Clock;
import dev.zendo.hypervisor.time.Timer;
import dev.zendo.hypervisor.time.Timers;

/** The two watchdogs of a domain (SCHEDOP_watchdog). Thread-safe. */
public final class Watchdogs {
  private static final int COUNT = 2;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Timer[] timer = new Timer[COUNT];
  private final boolean[] used = new boolean[COUNT];

  /** Watchdogs that are not armed. */
  Watchdogs(Domain domain) {
    for (int i = 0; i < COUNT; i++) {
      timer[i] =
          new Timer(
              () -> domain.lifecycle().shutdown(domain, Lifecycle.WATCHDOG),
              cause -> domain.lifecycle().fail(domain, null, cause));
    }
  }

  /**
   * Arms, re-arms or disarms.
   *
   * @param id 0 for a new one, or the number of one (any value)
   * @param seconds unsigned; 0 disarms an old one and lets a new one bite at once
   * @return the number of a new one, 0, or a negative errno
   */
  public synchronized long set(int id, int seconds, Timers timers, Clock clock) {
    long deadline = clock.nanos() + Integer.toUnsignedLong(seconds) * NANOS_PER_SECOND;
    if (id < 0 || id > COUNT) {
      return -EINVAL;
    }
    if (id == 0) {
      for (int i = 0; i < COUNT; i++) {
        if (!used[i]) {
          used[i] = true;
          timers.arm(timer[i], deadline);
          return i + 1L;
        }
      }
      // The value leaves Xen through an unsigned 32-bit variable; guests know it so.
      return (long) -ENOSPC & 0xffffffffL;
    }
    if (!used[id - 1]) {
      return -EINVAL;
    }
    if (seconds == 0) {
      used[id - 1] = false;
      timers.cancel(timer[id - 1]);
    } else {
      timers.arm(timer[id - 1], deadline);
    }
    return 0;
  }

  /** Disarms both and waits for one that bites now. */
  void close(Timers timers) {
    for (Timer each : timer) {
      timers.cancelAndWait(each);
    }
  }
}
