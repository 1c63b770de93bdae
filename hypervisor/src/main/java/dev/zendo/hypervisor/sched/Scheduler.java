package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.time.Clock;
import dev.zendo.hypervisor.time.Timer;
import dev.zendo.hypervisor.time.Timers;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Runs vcpus on processors: who has got least of what its weight promises goes first ({@link
 * CreditPolicy}), with timeslices while somebody waits, caps, affinities, and a boost for those who
 * wake. What is kept for it is in {@link Dispatch}; here are the threads, and why vcpus do not run.
 *
 * <p>Timers need no thread of their own: there is one thread more than processors, so one is always
 * idle. It sleeps until a timer is due, fires it, and runs the vcpu that this wakes itself, after
 * it has made another idle one its successor.
 *
 * <p>Thread-safe. The lock is the innermost one: nothing else is locked under it but timers.
 */
public final class Scheduler {
  /** Longest time a vcpu runs while another waits. */
  public static final long SLICE_NANOS = 5_000_000;

  /** Most processors. */
  public static final int MAX_PROCESSORS = Long.SIZE;

  private final Clock clock;
  private final Dispatch dispatch;
  private final Workers workers;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stopped = lock.newCondition();
  private Consumer<Throwable> listener = Scheduler::rethrow;
  private volatile boolean closed;

  /** A scheduler whose processors do not run yet. */
  public Scheduler(int processors, Clock clock, Timers timers) {
    this.clock = clock;
    this.dispatch = new Dispatch(processors, clock, timers, new Timer(this::review, this::failed));
    this.workers = new Workers(lock, timers, dispatch);
  }

  /** Sets who is told of errors of this scheduler's own; once, before it starts. */
  public void onFailure(Consumer<Throwable> consumer) {
    listener = consumer;
  }

  private void failed(Throwable cause) {
    listener.accept(cause);
  }

  private static void rethrow(Throwable cause) {
    throw new IllegalStateException("the scheduler failed", cause);
  }

  /** Starts the processor threads (daemons); somebody else drives the timers. */
  public void start(VcpuRunner runner) {
    workers.start(false, runner, () -> {}, this::giveBack, this::failed);
  }

  /**
   * Starts the processor threads (daemons), which drive the timers as well.
   *
   * @param preparation what each thread does first
   */
  public void startWithTimers(VcpuRunner runner, Runnable preparation) {
    workers.start(true, runner, preparation, this::giveBack, this::failed);
  }

  /**
   * Takes the next vcpu that can run, for an owner that runs vcpus itself, on one thread, and never
   * starts processor threads; null when there is none. It goes back by {@link #giveBack}.
   */
  public Vcpu take() {
    lock.lock();
    try {
      return dispatch.next();
    } finally {
      lock.unlock();
    }
  }

  /** Takes back what {@link #take} gave. */
  public void giveBack(Vcpu vcpu) {
    lock.lock();
    try {
      VcpuSchedule s = vcpu.schedule();
      long now = clock.nanos();
      dispatch.stop(vcpu, now);
      if (s.reasons.get() == 0 && !closed) {
        // No signal: this thread looks at the queue next.
        dispatch.requeue(vcpu, now);
      } else {
        s.enter(s.idleState(), now);
      }
      stopped.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Stops the processor threads and waits for them; timers that they drive are closed before. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      workers.close();
      for (int i = 0; i < processors(); i++) {
        Vcpu vcpu = dispatch.processors().get(i).current;
        if (vcpu != null) {
          vcpu.schedule().preempt = true;
          stop(vcpu);
        }
      }
    } finally {
      lock.unlock();
    }
    workers.awaitEnd();
  }

  /** Number of vcpus that run at a time. */
  public int processors() {
    return dispatch.processors().count();
  }

  /**
   * Something happened that the vcpu should look at (an event, an NMI): wakes it if it waits, makes
   * it leave the guest if it runs. Any thread; cheap when the vcpu is neither.
   */
  public void kick(Vcpu vcpu) {
    VcpuSchedule s = vcpu.schedule();
    if ((s.reasons.get() & VcpuSchedule.BLOCKED) != 0) {
      clear(vcpu, VcpuSchedule.BLOCKED);
    } else if (vcpu.gate().inside()) {
      vcpu.executor().requestExit();
    }
  }

  /** Makes the vcpu wait for {@link #kick}; only the vcpu's own thread. */
  public void block(Vcpu vcpu) {
    set(vcpu, VcpuSchedule.BLOCKED);
  }

  /** Takes {@link #block} back. */
  public void unblock(Vcpu vcpu) {
    clear(vcpu, VcpuSchedule.BLOCKED);
  }

  /**
   * Lets others run first; only the vcpu's own thread. Does not give way to other work of the host:
   * on a busy one each yield of a guest would cost it many milliseconds.
   */
  public void yield(Vcpu vcpu) {
    lock.lock();
    try {
      dispatch.giveWay(vcpu);
    } finally {
      lock.unlock();
    }
  }

  /** Brings a vcpu up. */
  public void up(Vcpu vcpu) {
    clear(vcpu, VcpuSchedule.DOWN);
  }

  /**
   * Sets what a domain may have.
   *
   * @param weight of each vcpu, 1 to 65535
   * @param cap of all vcpus, in percent of one processor, 0 for none
   */
  public void share(Domain domain, int weight, int cap) {
    lock.lock();
    try {
      long now = clock.nanos();
      DomainShare share = domain.share();
      for (int i = 0; i < domain.vcpuCount(); i++) {
        dispatch.settle(domain.vcpu(i), now);
      }
      share.weight = weight;
      share.cap = cap;
      Caps.restart(share, now);
      for (int i = 0; i < domain.vcpuCount(); i++) {
        dispatch.changed(domain.vcpu(i), now);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sets where a vcpu may run, and where it runs if it can choose.
   *
   * @param hard a bit for each processor on which it may run; at least one that exists
   * @param soft a bit for each processor that it prefers
   */
  public void affinity(Vcpu vcpu, long hard, long soft) {
    if ((hard & processorMask()) == 0) {
      throw new IllegalArgumentException("a vcpu needs a processor to run on");
    }
    lock.lock();
    try {
      vcpu.schedule().hardAffinity = hard;
      vcpu.schedule().softAffinity = soft;
      dispatch.changed(vcpu, clock.nanos());
      workers.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Bits of the processors that there are. */
  public long processorMask() {
    return dispatch.processors().mask();
  }

  /** Length of a timeslice in nanoseconds. */
  public long slice() {
    return dispatch.policy().slice;
  }

  /** How long a vcpu runs at least, whoever wakes, in nanoseconds. */
  public long rateLimit() {
    return dispatch.policy().rateLimit;
  }

  /** Sets {@link #slice()} and {@link #rateLimit()}; they hold from the next switch on. */
  public void timing(long slice, long rateLimit) {
    lock.lock();
    try {
      dispatch.policy().slice = slice;
      dispatch.policy().rateLimit = rateLimit;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a vcpu down; it stops soon. */
  public void down(Vcpu vcpu) {
    set(vcpu, VcpuSchedule.DOWN);
    interrupt(vcpu);
  }

  /** Pauses a vcpu (counted); it stops soon. */
  public void pause(Vcpu vcpu) {
    lock.lock();
    try {
      if (vcpu.schedule().pauses++ == 0) {
        set(vcpu, VcpuSchedule.PAUSED);
        stop(vcpu);
        settle(vcpu);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes one {@link #pause} back. */
  public void unpause(Vcpu vcpu) {
    lock.lock();
    try {
      if (vcpu.schedule().pauses > 0 && --vcpu.schedule().pauses == 0) {
        clear(vcpu, VcpuSchedule.PAUSED);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a paused or downed vcpu is off its processor; not from the vcpu's own thread. */
  public void awaitStopped(Vcpu vcpu) {
    lock.lock();
    try {
      while (vcpu.schedule().processor != null) {
        stop(vcpu);
        stopped.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The vcpu's thread is about to give it back: from here on its time counts as what follows. */
  public void leaving(Vcpu vcpu) {
    lock.lock();
    try {
      vcpu.schedule().enter(vcpu.schedule().idleState(), clock.nanos());
    } finally {
      lock.unlock();
    }
  }

  /** Whether the vcpu is on a processor now. */
  public boolean running(Vcpu vcpu) {
    lock.lock();
    try {
      return vcpu.schedule().processor != null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether any vcpu of the domain is on a processor now. */
  public boolean running(Domain domain) {
    for (int i = 0; i < domain.vcpuCount(); i++) {
      if (running(domain.vcpu(i))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads the accounting of a vcpu.
   *
   * @param into state, time of the last change, then nanoseconds in each of the four states, up to
   *     now
   */
  public void runstate(Vcpu vcpu, long[] into) {
    lock.lock();
    try {
      VcpuSchedule s = vcpu.schedule();
      into[0] = s.state;
      into[1] = s.since;
      System.arraycopy(s.time, 0, into, 2, 4);
      into[2 + s.state] += clock.nanos() - s.since;
    } finally {
      lock.unlock();
    }
  }

  private void set(Vcpu vcpu, int reason) {
    vcpu.schedule().reasons.getAndAccumulate(reason, (old, bit) -> old | bit);
  }

  private void clear(Vcpu vcpu, int reason) {
    VcpuSchedule s = vcpu.schedule();
    int before = s.reasons.getAndAccumulate(reason, (old, bit) -> old & ~bit);
    if (before == reason) {
      lock.lock();
      try {
        if (arrive(vcpu)) {
          workers.signal();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** A vcpu that may run looks for a processor; returns whether one is free for it. */
  private boolean arrive(Vcpu vcpu) {
    VcpuSchedule s = vcpu.schedule();
    if (s.processor != null || s.reasons.get() != 0 || closed) {
      return false;
    }
    if (s.queued) {
      s.enter(VcpuSchedule.RUNNABLE, clock.nanos());
      return false;
    }
    return dispatch.arrive(vcpu, clock.nanos());
  }

  private void interrupt(Vcpu vcpu) {
    lock.lock();
    try {
      stop(vcpu);
      settle(vcpu);
    } finally {
      lock.unlock();
    }
  }

  private void stop(Vcpu vcpu) {
    if (vcpu.schedule().processor != null) {
      vcpu.executor().requestExit();
    }
  }

  /** Accounts a vcpu that is on no processor to the state it now is in. */
  private void settle(Vcpu vcpu) {
    VcpuSchedule s = vcpu.schedule();
    if (s.processor == null) {
      s.enter(s.idleState(), clock.nanos());
    }
  }

  private void review() {
    lock.lock();
    try {
      if (!closed && dispatch.review(clock.nanos())) {
        workers.signal();
      }
    } finally {
      lock.unlock();
    }
  }
}
