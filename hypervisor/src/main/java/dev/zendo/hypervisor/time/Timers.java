package dev.zendo.hypervisor.time;

import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The timers of a machine in a heap ordered by deadline. Any thread may arm and cancel; whoever
 * drives time calls {@link #awaitAndFire} on a real clock (idle processors do) or {@link
 * #runExpired} on a substituted one (tests do).
 */
public final class Timers {
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition finished = lock.newCondition();
  private Timer[] heap = new Timer[64];
  private int size;
  private Timer running;
  private Thread runner;
  private boolean closed;

  /** Deadline that somebody sleeps towards; the past while nobody does. */
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

  /**
   * Sleeps on a real clock until a timer is due and fires all that are; one thread at a time.
   *
   * @return false when they were {@linkplain #close closed}
   */
  public boolean awaitAndFire() {
    lock.lock();
    try {
      boolean fired = false;
      while (!closed && !fired) {
        // Not those that come due meanwhile: a timer that is always due would keep the caller here.
        long now = clock.nanos();
        while (size > 0 && heap[0].deadline <= now) {
          fireFirst();
          fired = true;
        }
        if (!closed && !fired) {
          sleep();
        }
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Makes {@link #awaitAndFire} return; nothing fires afterwards. */
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

  /** Until the first deadline or a change; not in a loop, the caller looks at the heap again. */
  @SuppressWarnings("WaitNotInLoop")
  private void sleep() {
    try {
      sleepsUntil = size == 0 ? Long.MAX_VALUE : heap[0].deadline;
      if (size == 0) {
        changed.await();
      } else {
        changed.awaitNanos(heap[0].deadline - clock.nanos());
      }
    } catch (InterruptedException e) {
      closed = true;
      Thread.currentThread().interrupt();
    } finally {
      sleepsUntil = Long.MIN_VALUE;
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
