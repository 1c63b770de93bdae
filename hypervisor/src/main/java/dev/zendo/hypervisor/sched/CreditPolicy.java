package dev.zendo.hypervisor.sched;

/**
 * The rules by which vcpus share processors, in virtual time: a vcpu's virtual time goes on while
 * it runs, the slower the greater its weight, and who has the least goes first. A vcpu's credit is
 * how far it is behind the others; who waits, gains some.
 *
 * <p>A vcpu that slept comes back with little credit at most, however long it slept: enough to run
 * at once (the boost of those who wake), too little to keep others away for long.
 *
 * <p>Under the scheduler's lock.
 */
final class CreditPolicy {
  /** Longest credit of a vcpu that comes back, in nanoseconds of a vcpu with the default weight. */
  static final long BOOST = 10_000_000;

  /** Longest credit of a vcpu that always wants to run; weights may ask for more than there is. */
  static final long MOST_CREDIT = 200_000_000;

  /** How much more credit another vcpu must have to end a slice early. */
  private static final long CLEARLY = 1_000_000;

  /** Nanoseconds for which a vcpu runs while others with as much credit wait. */
  volatile long slice = Scheduler.SLICE_NANOS;

  /** Nanoseconds for which a vcpu runs at least, whoever wakes. */
  volatile long rateLimit = 500_000;

  /** Virtual time that passes for a vcpu in an amount of running time. */
  static long virtual(DomainShare share, long nanos) {
    return nanos * DomainShare.DEFAULT_WEIGHT / share.weight;
  }

  /**
   * Places a vcpu that comes back among the others.
   *
   * @param clock virtual time of the processors it may run on
   */
  static void comeBack(VcpuSchedule vcpu, long clock) {
    vcpu.virtualTime = Math.max(vcpu.virtualTime, clock - BOOST);
  }

  /** Places a vcpu for which other rules hold from now on: old debts are forgotten, too. */
  static void restart(VcpuSchedule vcpu, long clock) {
    vcpu.virtualTime = Math.min(Math.max(vcpu.virtualTime, clock - BOOST), clock);
  }

  /** Limits the credit of a vcpu that is about to run. */
  static void limit(VcpuSchedule vcpu, long clock) {
    vcpu.virtualTime = Math.max(vcpu.virtualTime, clock - MOST_CREDIT);
  }

  /** Whether a vcpu that wakes takes the place of one that runs. */
  static boolean mayInterrupt(VcpuSchedule waking, long runningVirtualTime) {
    return waking.key + CLEARLY < runningVirtualTime;
  }
}
