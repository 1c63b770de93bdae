package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.time.Clock;
import dev.zendo.hypervisor.time.Timer;
import dev.zendo.hypervisor.time.Timers;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Runs vcpus on processor threads: one queue of runnable vcpus, first come first served, with
 * timeslices while somebody waits. A processor without work sleeps.
 *
 * <p>Timers need no thread of their own: there is one processor thread more than vcpus may run at a
 * time, so one is always idle. It sleeps until a timer is due, fires it, and runs the vcpu that
 * this wakes itself, after it has made another idle one its successor.
 *
 * <p>Thread-safe. The lock is the innermost one: nothing else is locked under it but timers.
 */
public final class Scheduler {
  /** Longest time a vcpu runs while another waits. */
  public static final long SLICE_NANOS = 5_000_000;

  private final Clock clock;
  private final Timers timers;
  private final int limit;
  private final Processor[] processors;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition stopped = lock.newCondition();
  private final ArrayDeque<Vcpu> queue = new ArrayDeque<>();
  private final Timer slice = new Timer(this::endSlices, this::failed);
  private Consumer<Throwable> listener = Scheduler::rethrow;
  private volatile boolean closed;

  /** Whether idle processors see to the timers. */
  private boolean drivesTimers;

  /** The processor that waits for the next timer; null when the next idle one has to. */
  private Processor watcher;

  /** Processors that run a vcpu. */
  private int busy;

  /** A scheduler whose processors do not run yet. */
  public Scheduler(int processors, Clock clock, Timers timers) {
    this.clock = clock;
    this.timers = timers;
    this.limit = processors;
    this.processors = new Processor[processors + 1];
    for (int i = 0; i <= processors; i++) {
      this.processors[i] = new Processor(i);
    }
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
    start(limit, runner, () -> {});
  }

  /**
   * Starts the processor threads (daemons), which drive the timers as well.
   *
   * @param preparation what each thread does first
   */
  public void startWithTimers(VcpuRunner runner, Runnable preparation) {
    drivesTimers = true;
    start(limit + 1, runner, preparation);
  }

  private void start(int count, VcpuRunner runner, Runnable preparation) {
    for (int i = 0; i < count; i++) {
      Processor processor = processors[i];
      Runnable body =
          () -> {
            preparation.run();
            loop(processor, runner);
          };
      processor.thread = new Thread(body, "zendo-cpu" + i);
      processor.thread.setDaemon(true);
      processor.thread.setUncaughtExceptionHandler((thread, cause) -> failed(cause));
      processor.thread.start();
    }
  }

  /**
   * Takes the next vcpu that can run, for an owner that runs vcpus itself, on one thread, and never
   * starts processor threads; null when there is none. It goes back by {@link #giveBack}.
   */
  public Vcpu take() {
    lock.lock();
    try {
      Vcpu vcpu = queue.pollFirst();
      while (vcpu != null && !take(vcpu, processors[0])) {
        vcpu = queue.pollFirst();
      }
      return vcpu;
    } finally {
      lock.unlock();
    }
  }

  /** Takes back what {@link #take} gave. */
  public void giveBack(Vcpu vcpu) {
    putBack(processors[0], vcpu);
  }

  /** Stops the processor threads and waits for them; timers that they drive are closed before. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      work.signalAll();
      for (Processor processor : processors) {
        if (processor.current != null) {
          processor.current.schedule().preempt = true;
          stop(processor.current);
        }
      }
    } finally {
      lock.unlock();
    }
    for (Processor processor : processors) {
      if (processor.thread != null) {
        Threads.awaitEnd(processor.thread);
      }
    }
  }

  /** Number of vcpus that run at a time. */
  public int processors() {
    return limit;
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

  /** Lets others run first; only the vcpu's own thread. */
  public void yield(Vcpu vcpu) {
    lock.lock();
    try {
      if (!queue.isEmpty()) {
        vcpu.schedule().preempt = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Brings a vcpu up. */
  public void up(Vcpu vcpu) {
    clear(vcpu, VcpuSchedule.DOWN);
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
        // A watcher takes what its timers wake.
        if (enqueue(vcpu) && (watcher == null || watcher.thread != Thread.currentThread())) {
          work.signal();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Returns whether the vcpu was put into the queue; somebody must look there then. */
  private boolean enqueue(Vcpu vcpu) {
    VcpuSchedule s = vcpu.schedule();
    if (s.queued || s.processor != null || s.reasons.get() != 0 || closed) {
      return false;
    }
    s.queued = true;
    s.enter(VcpuSchedule.RUNNABLE, clock.nanos());
    queue.addLast(vcpu);
    armSlice();
    return true;
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

  /** Slices end only while somebody waits for a processor. */
  private void armSlice() {
    if (busy == limit && !queue.isEmpty() && !timers.armed(slice)) {
      timers.arm(slice, clock.nanos() + SLICE_NANOS);
    }
  }

  private void endSlices() {
    lock.lock();
    try {
      if (queue.isEmpty()) {
        return;
      }
      long now = clock.nanos();
      for (Processor processor : processors) {
        Vcpu vcpu = processor.current;
        if (vcpu != null && now - processor.since >= SLICE_NANOS) {
          vcpu.schedule().preempt = true;
          vcpu.executor().requestExit();
        }
      }
      timers.arm(slice, now + SLICE_NANOS);
    } finally {
      lock.unlock();
    }
  }

  private void loop(Processor processor, VcpuRunner runner) {
    Vcpu vcpu = next(processor);
    while (vcpu != null) {
      try {
        runner.run(vcpu);
      } finally {
        putBack(processor, vcpu);
      }
      vcpu = next(processor);
    }
  }

  private Vcpu next(Processor processor) {
    lock.lock();
    try {
      while (!closed) {
        Vcpu vcpu = busy < limit ? queue.pollFirst() : null;
        if (vcpu != null) {
          if (take(vcpu, processor)) {
            return vcpu;
          }
        } else if (drivesTimers && (watcher == null || watcher == processor)) {
          watchTimers(processor);
        } else {
          work.awaitUninterruptibly();
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a processor to the first vcpu of the queue, unless it has to stop meanwhile. */
  private boolean take(Vcpu vcpu, Processor processor) {
    VcpuSchedule s = vcpu.schedule();
    s.queued = false;
    long now = clock.nanos();
    if (s.reasons.get() != 0) {
      s.enter(s.idleState(), now);
      return false;
    }
    s.processor = processor;
    s.preempt = false;
    s.enter(VcpuSchedule.RUNNING, now);
    processor.current = vcpu;
    processor.since = now;
    busy++;
    armSlice();
    if (watcher == processor) {
      watcher = null;
    }
    if (watcher == null && drivesTimers) {
      work.signal();
    }
    return true;
  }

  private void watchTimers(Processor processor) {
    watcher = processor;
    lock.unlock();
    boolean open = false;
    try {
      open = timers.awaitAndFire();
    } finally {
      lock.lock();
      drivesTimers = open;
    }
  }

  private void putBack(Processor processor, Vcpu vcpu) {
    lock.lock();
    try {
      VcpuSchedule s = vcpu.schedule();
      s.processor = null;
      s.preempt = false;
      processor.current = null;
      busy--;
      s.enter(s.idleState(), clock.nanos());
      // No signal: this processor looks at the queue next.
      enqueue(vcpu);
      stopped.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
