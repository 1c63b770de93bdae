package dev.zendo.hypercalls.sysctl;

/** What XEN_SYSCTL_scheduler_op does. */
public final class SystemSchedulerCommand {
  public static final int PUTINFO = 0;
  public static final int GETINFO = 1;

  private SystemSchedulerCommand() {}
}
