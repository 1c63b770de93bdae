package dev.zendo.hypercalls.domctl;

/** What XEN_DOMCTL_scheduler_op does. */
public final class SchedulerCommand {
  public static final int PUTINFO = 0;
  public static final int GETINFO = 1;
  public static final int PUTVCPUINFO = 2;
  public static final int GETVCPUINFO = 3;

  private SchedulerCommand() {}
}
