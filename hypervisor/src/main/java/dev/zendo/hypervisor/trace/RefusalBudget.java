package dev.zendo.hypervisor.trace;

/**
 * How many refused hypercalls of one domain are told: a guest that is refused a million times must
 * neither be slowed down by texts that nobody reads nor push what was said before out of the log.
 * Thread-safe.
 */
public final class RefusalBudget {
  /** Calls that may be told one right after the other. */
  static final int AT_ONCE = 16;

  /** Nanoseconds after which one more may be told. */
  static final long PAUSE = 1_000_000_000L;

  private long spentUntil = Long.MIN_VALUE;
  private long untold;

  /** Nothing was told yet. */
  public RefusalBudget() {}

  /**
   * Takes one.
   *
   * @param now the machine's time in nanoseconds
   * @return how many calls were not told since the last one that was; -1 when this one is not
   */
  synchronized long take(long now) {
    long from = Math.max(spentUntil, now - AT_ONCE * PAUSE);
    if (from + PAUSE > now) {
      untold++;
      return -1;
    }
    spentUntil = from + PAUSE;
    long before = untold;
    untold = 0;
    return before;
  }
}
