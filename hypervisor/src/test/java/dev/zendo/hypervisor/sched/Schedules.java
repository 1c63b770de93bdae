package dev.zendo.hypervisor.sched;

/** Puts vcpus that no scheduler runs into the states that tests need. */
public final class Schedules {
  private Schedules() {}

  /** The vcpu is up and may run. */
  public static void up(VcpuSchedule schedule) {
    schedule.reasons.set(0);
    schedule.preempt = false;
  }

  /** The vcpu's thread is asked to give it back. */
  public static void preempt(VcpuSchedule schedule) {
    schedule.preempt = true;
  }
}
