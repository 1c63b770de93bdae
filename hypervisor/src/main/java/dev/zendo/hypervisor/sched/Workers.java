package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.time.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The threads that run vcpus, one after the other, on whatever processors these get. Who has none
 * to run sleeps; one of them until a timer is due, if they drive the timers.
 */
final class Workers {
  private final ReentrantLock lock;
  private final Condition work;
  private final Timers timers;
  private final Dispatch dispatch;
  private final List<Thread> threads = new ArrayList<>();
  private boolean drivesTimers;
  private boolean closed;

  /** Who waits for the next timer; null when the next idle one has to. */
  private Thread watcher;

  /**
   * No threads yet.
   *
   * @param lock the scheduler's
   */
  Workers(ReentrantLock lock, Timers timers, Dispatch dispatch) {
    this.lock = lock;
    this.work = lock.newCondition();
    this.timers = timers;
    this.dispatch = dispatch;
  }

  /**
   * Starts threads (daemons).
   *
   * @param timersToo whether they drive the timers; then there is one more than processors
   * @param preparation what each does first
   * @param back takes a vcpu back that is to run no longer
   * @param failed is told of errors outside the runner
   */
  void start(
      boolean timersToo,
      VcpuRunner runner,
      Runnable preparation,
      Consumer<Vcpu> back,
      Consumer<Throwable> failed) {
    drivesTimers = timersToo;
    int count = dispatch.processors().count() + (timersToo ? 1 : 0);
    for (int i = 0; i < count; i++) {
      Runnable body =
          () -> {
            preparation.run();
            loop(runner, back);
          };
      Thread thread = new Thread(body, "zendo-cpu" + i);
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((self, cause) -> failed.accept(cause));
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  /** Lets them end; under the lock. */
  void close() {
    closed = true;
    work.signalAll();
  }

  /** Waits for their end. */
  void awaitEnd() {
    threads.forEach(Threads::awaitEnd);
  }

  /** There is a vcpu that can run; a watcher takes what its timers wake. Under the lock. */
  void signal() {
    if (watcher != Thread.currentThread()) {
      work.signal();
    }
  }

  /** There may be several; under the lock. */
  void signalAll() {
    work.signalAll();
  }

  private void loop(VcpuRunner runner, Consumer<Vcpu> back) {
    Vcpu vcpu = next();
    while (vcpu != null) {
      try {
        runner.run(vcpu);
      } finally {
        back.accept(vcpu);
      }
      vcpu = next();
    }
  }

  private Vcpu next() {
    Thread self = Thread.currentThread();
    lock.lock();
    try {
      while (!closed) {
        Vcpu vcpu = dispatch.next();
        if (vcpu != null) {
          findWatcher(self);
          return vcpu;
        }
        if (drivesTimers && (watcher == null || watcher == self)) {
          watchTimers(self);
        } else {
          work.awaitUninterruptibly();
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Somebody else has to watch the timers; the same one looks for further vcpus that can run. */
  private void findWatcher(Thread busy) {
    if (watcher == busy) {
      watcher = null;
    }
    if (watcher == null && drivesTimers) {
      work.signal();
    }
  }

  private void watchTimers(Thread self) {
    watcher = self;
    lock.unlock();
    boolean open = false;
    try {
      open = timers.awaitAndFire();
    } finally {
      lock.lock();
      drivesTimers = open;
    }
  }
}
