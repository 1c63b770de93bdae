package dev.zendo.hypervisor.sched;

/**
 * What a domain may have of the processors. Fields are guarded by the scheduler's lock; {@link
 * Scheduler#share} changes what a toolstack may set.
 */
public final class DomainShare {
  /** Weight of a domain of which nobody said more. */
  public static final int DEFAULT_WEIGHT = 256;

  /** How much each of its vcpus gets, in proportion to those of others that want to run. */
  int weight = DEFAULT_WEIGHT;

  /** Most that all its vcpus together get, in percent of one processor; 0 for no limit. */
  int cap;

  /** Running time in nanoseconds that is left of the cap until the next period. */
  long budget;

  /** Start of the period for which the budget was filled last. */
  long period;

  /** The share of a domain with default weight and no cap. */
  public DomainShare() {}

  /** Weight, 1 to 65535. Any thread; perhaps a moment old. */
  public int weight() {
    return weight;
  }

  /** Cap in percent of one processor, 0 for none. Any thread; perhaps a moment old. */
  public int cap() {
    return cap;
  }
}
