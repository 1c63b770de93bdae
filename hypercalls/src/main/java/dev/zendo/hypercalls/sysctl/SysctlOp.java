package dev.zendo.hypercalls.sysctl;

/** Commands of sysctl. */
public final class SysctlOp {
  public static final int READCONSOLE = 1;
  public static final int TBUF_OP = 2;
  public static final int PHYSINFO = 3;
  public static final int SCHED_ID = 4;
  public static final int PERFC_OP = 5;
  public static final int GETDOMAININFOLIST = 6;
  public static final int DEBUG_KEYS = 7;
  public static final int GETCPUINFO = 8;
  public static final int AVAILHEAP = 9;
  public static final int GET_PMSTAT = 10;
  public static final int CPU_HOTPLUG = 11;
  public static final int PM_OP = 12;
  public static final int PAGE_OFFLINE_OP = 14;
  public static final int LOCKPROF_OP = 15;
  public static final int CPUTOPOINFO = 16;
  public static final int NUMAINFO = 17;
  public static final int CPUPOOL_OP = 18;
  public static final int SCHEDULER_OP = 19;
  public static final int PCITOPOINFO = 22;
  public static final int GET_CPU_LEVELLING_CAPS = 25;
  public static final int GET_CPU_FEATURESET = 26;
  public static final int LIVEPATCH_OP = 27;
  public static final int GET_CPU_POLICY = 29;

  private SysctlOp() {}
}
