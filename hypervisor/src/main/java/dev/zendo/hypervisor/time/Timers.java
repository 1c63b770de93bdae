package dev.zendo.hypervisor.time;

import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timers of a machine in a heap ordered by deadline. Any thread may arm and cancel; whoever
 * drives time calls {@link #runExpired}: a host thread ({@link #run}) on a real clock, the test or
 * the processor loop on a substituted one.
 */
public final class Timers implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Timers.class);

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition finished = lock.newCondition();
  private Timer[] heap = new Timer[64];
  private int size;
  private Timer running;
  private Thread runner;
  private boolean closed;

  /** Deadline that {@link #run} sleeps towards; the past while it does not sleep. */
  private long sleepsUntil = Long.MIN_VALUE;

  /** No timer is armed. */
  public Timers(Clock clock) {
    this.clock = clock;
  }

  /** Arms or moves a timer; a deadline in the past fires at the next run. */
  public void arm(Timer timer, long deadline) {
    lock.lock();
    try {
      remove(timer);
      timer.deadline = deadline;
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      place(size++, timer);
      siftUp(timer.index);
      if (deadline < sleepsUntil) {
        sleepsUntil = Long.MIN_VALUE;
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Disarms a timer; its action may be under way on another thread. */
  public void cancel(Timer timer) {
    lock.lock();
    try {
      remove(timer);
    } finally {
      lock.unlock();
    }
  }

  /** Disarms a timer and waits until its action is not under way (unless that is the caller). */
  public void cancelAndWait(Timer timer) {
    lock.lock();
    try {
      remove(timer);
      while (running == timer && runner != Thread.currentThread()) {
        finished.awaitUninterruptibly();
      }
      remove(timer);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the timer is armed. */
  public boolean armed(Timer timer) {
    lock.lock();
    try {
      return timer.index >= 0;
    } finally {
      lock.unlock();
    }
  }

  /** Number of armed timers. */
  public int armed() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  /** The earliest deadline, or {@link Long#MAX_VALUE}. */
  public long next() {
    lock.lock();
    try {
      return size == 0 ? Long.MAX_VALUE : heap[0].deadline;
    } finally {
      lock.unlock();
    }
  }

  /** Fires every timer whose deadline has come, in order of deadline. */
  public void runExpired() {
    lock.lock();
    try {
      while (size > 0 && heap[0].deadline <= clock.nanos()) {
        fireFirst();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Drives the timers on a real clock until {@link #close}. */
  @Override
  public void run() {
    lock.lock();
    try {
      while (!closed) {
        if (size == 0) {
          sleepsUntil = Long.MAX_VALUE;
          changed.awaitUninterruptibly();
        } else {
          long wait = heap[0].deadline - clock.nanos();
          if (wait <= 0) {
            fireFirst();
          } else {
            sleepsUntil = heap[0].deadline;
            sleep(wait);
          }
        }
        sleepsUntil = Long.MIN_VALUE;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes {@link #run} return; nothing fires afterwards. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      size = 0;
      Arrays.fill(heap, null);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop")
  private void sleep(long nanos) {
    try {
      // Not in a loop here: the caller looks at the heap again after every wake-up.
      changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      closed = true;
      Thread.currentThread().interrupt();
    }
  }

  private void fireFirst() {
    Timer timer = heap[0];
    remove(timer);
    running = timer;
    runner = Thread.currentThread();
    lock.unlock();
    try {
      timer.fire();
    } catch (RuntimeException e) {
      LOG.error("a timer failed", e);
    } finally {
      lock.lock();
      running = null;
      runner = null;
      finished.signalAll();
    }
  }

  private void remove(Timer timer) {
    int hole = timer.index;
    if (hole < 0) {
      return;
    }
    timer.index = -1;
    Timer last = heap[--size];
    heap[size] = null;
    if (last != timer) {
      place(hole, last);
      siftUp(hole);
      siftDown(last.index);
    }
  }

  private void place(int index, Timer timer) {
    heap[index] = timer;
    timer.index = index;
  }

  private void siftUp(int from) {
    int index = from;
    Timer timer = heap[index];
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      if (heap[parent].deadline <= timer.deadline) {
        break;
      }
      place(index, heap[parent]);
      index = parent;
    }
    place(index, timer);
  }

  private void siftDown(int from) {
    int index = from;
    Timer timer = heap[index];
    while (true) {
      int child = 2 * index + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && heap[child + 1].deadline < heap[child].deadline) {
        child++;
      }
      if (timer.deadline <= heap[child].deadline) {
        break;
      }
      place(index, heap[child]);
      index = child;
    }
    place(index, timer);
  }
}
