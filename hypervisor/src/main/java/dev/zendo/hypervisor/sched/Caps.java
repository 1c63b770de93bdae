package dev.zendo.hypervisor.sched;

/**
 * The arithmetic of caps: a capped domain gets running time for each period, takes it before a vcpu
 * of it runs and gives back what that did not use. What it used too much, it has less in the next
 * period. Stateless; under the scheduler's lock.
 */
final class Caps {
  /** Nanoseconds for which a cap is counted at a time. */
  static final long PERIOD = 10_000_000;

  private static final int PERCENT = 100;

  private Caps() {}

  private static long quota(DomainShare share) {
    return share.cap * PERIOD / PERCENT;
  }

  /** Starts the periods of a domain that has got another cap. */
  static void restart(DomainShare share, long now) {
    share.period = now;
    share.budget = quota(share);
  }

  /** Whether the domain may run a vcpu now; fills its budget if a period has begun. */
  static boolean admits(DomainShare share, long now) {
    if (share.cap == 0) {
      return true;
    }
    long periods = (now - share.period) / PERIOD;
    if (periods > 0) {
      share.period += periods * PERIOD;
      long quota = quota(share);
      share.budget =
          periods > Long.MAX_VALUE / quota / 2
              ? quota
              : Math.min(share.budget + periods * quota, quota);
    }
    return share.budget > 0;
  }

  /** When the domain gets more. */
  static long nextPeriod(DomainShare share) {
    return share.period + PERIOD;
  }

  /** Takes running time for a vcpu; what the domain has left, at most what is wanted. */
  static long take(DomainShare share, long wanted) {
    if (share.cap == 0) {
      return Long.MAX_VALUE;
    }
    long taken = Math.min(share.budget, wanted);
    share.budget -= taken;
    return taken;
  }

  /** Gives back what is left of running time that was taken; negative when more was used. */
  static void giveBack(DomainShare share, long left) {
    share.budget += left;
  }
}
