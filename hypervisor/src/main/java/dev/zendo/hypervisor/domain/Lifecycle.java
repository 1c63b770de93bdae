package dev.zendo.hypervisor.domain;

/** What happens when a domain ends; the machine's side of {@link Domain#shutdown}. */
public interface Lifecycle {
  /** SHUTDOWN_poweroff. */
  int POWEROFF = 0;

  /** SHUTDOWN_reboot. */
  int REBOOT = 1;

  /** SHUTDOWN_suspend. */
  int SUSPEND = 2;

  /** SHUTDOWN_crash. */
  int CRASH = 3;

  /** SHUTDOWN_watchdog. */
  int WATCHDOG = 4;

  /** SHUTDOWN_soft_reset. */
  int SOFT_RESET = 5;

  /** The domain stops with a reason (any value below 256) and its vcpus are paused. */
  void shutdown(Domain domain, int reason);

  /**
   * The hypervisor ends a domain because of what its guest did.
   *
   * @param vcpu whose doing it was, or null
   * @param why one line for people
   */
  void crash(Domain domain, Vcpu vcpu, String why);

  /**
   * The hypervisor failed while it worked for a domain: an error of its own, whatever the guest
   * did. The domain ends, nothing else does; locks of the domain that the calling thread still
   * holds are let go. Never throws.
   *
   * @param vcpu for which it worked, or null
   * @param cause what was thrown
   */
  void fail(Domain domain, Vcpu vcpu, Throwable cause);
}
