package dev.zendo.hypervisor.sched;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * What the scheduler knows of one vcpu. Fields without a remark are guarded by the scheduler's
 * lock.
 */
public final class VcpuSchedule {
  /** The vcpu is not up (VCPUOP_up). */
  public static final int DOWN = 1;

  /** The vcpu waits for an event (SCHEDOP_block, SCHEDOP_poll). */
  public static final int BLOCKED = 2;

  /** Somebody paused the vcpu or its domain. */
  public static final int PAUSED = 4;

  /** RUNSTATE_running. */
  public static final int RUNNING = 0;

  /** RUNSTATE_runnable. */
  public static final int RUNNABLE = 1;

  /** RUNSTATE_blocked. */
  public static final int WAITING = 2;

  /** RUNSTATE_offline. */
  public static final int OFFLINE = 3;

  private static final AtomicIntegerFieldUpdater<VcpuSchedule> POLL_PORT =
      AtomicIntegerFieldUpdater.newUpdater(VcpuSchedule.class, "pollPort");

  /** Why the vcpu does not run; 0 when it may. Changed atomically by any thread. */
  final AtomicInteger reasons = new AtomicInteger(DOWN);

  /** Asks the thread that runs the vcpu to give it back soon. */
  volatile boolean preempt;

  /** What SCHEDOP_poll waits for: 0 nothing, a port, or -1 for several. */
  volatile int pollPort;

  final long[] time = new long[4];
  int pauses;

  /** Whether it waits for a processor, or for its domain's next period. */
  boolean queued;

  /** Where it runs, or null. */
  Processor processor;

  /** Where it ran last. */
  int lastProcessor;

  /** Processors on which it may run, a bit each. */
  long hardAffinity = -1;

  /** Processors on which it runs if it can choose. */
  long softAffinity = -1;

  /** Running time in proportion to its weight, as {@link CreditPolicy} counts it. */
  long virtualTime;

  /** Its place in the run queue: its virtual time, or later when it gave way. */
  long key;

  /** Whether it gives way to all that wait. */
  boolean givesWay;

  private final long[] runstate = new long[6];

  int state = OFFLINE;
  long since;

  /** A vcpu that is down. */
  public VcpuSchedule() {}

  /** Whether the thread that runs the vcpu must give it back now. Any thread. */
  public boolean mustStop() {
    return preempt || reasons.get() != 0;
  }

  /** Whether the vcpu is up. Any thread. */
  public boolean up() {
    return (reasons.get() & DOWN) == 0;
  }

  /** Whether the vcpu waits for an event. Any thread. */
  public boolean blocked() {
    return (reasons.get() & BLOCKED) != 0;
  }

  boolean mayRunOn(Processor where) {
    return (hardAffinity & where.bit()) != 0;
  }

  /** Where it may run, a bit for each processor. Any thread; perhaps a moment old. */
  public long hardAffinity() {
    return hardAffinity;
  }

  /** Where it prefers to run, a bit for each processor. Any thread; perhaps a moment old. */
  public long softAffinity() {
    return softAffinity;
  }

  /** The processor on which it ran last. Any thread; perhaps a moment old. */
  public int lastProcessor() {
    return lastProcessor;
  }

  /** Room for what {@link Scheduler#runstate} tells, for the thread that runs the vcpu. */
  public long[] runstate() {
    return runstate;
  }

  /** Whether it is paused. Any thread. */
  public boolean paused() {
    return (reasons.get() & PAUSED) != 0;
  }

  /** The port that SCHEDOP_poll waits for, -1 for several, 0 for none. Any thread. */
  public int pollPort() {
    return pollPort;
  }

  /** Declares what SCHEDOP_poll waits for; only the vcpu's thread sets, wakers clear. */
  public void pollPort(int port) {
    pollPort = port;
  }

  /** Waits for one port only, unless a waker has come already. */
  public void narrowPoll(int port) {
    POLL_PORT.compareAndSet(this, -1, port);
  }

  void enter(int next, long now) {
    time[state] += now - since;
    since = now;
    state = next;
  }

  int idleState() {
    int why = reasons.get();
    if (why == 0) {
      return RUNNABLE;
    }
    return (why & (DOWN | PAUSED)) != 0 ? OFFLINE : WAITING;
  }
}
