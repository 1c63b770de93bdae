package dev.zendo.hypervisor.event;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * One of the 16 queues of pending events of a vcpu. The guest takes events from its head, which is
 * in the control block; the hypervisor appends behind the tail, which only it knows.
 *
 * <p>The lock is held for a handful of instructions, which no other lock and no guest can delay.
 */
final class FifoQueue {
  private static final AtomicIntegerFieldUpdater<FifoQueue> HELD =
      AtomicIntegerFieldUpdater.newUpdater(FifoQueue.class, "held");

  /** After so many looks at a lock its holder has lost its processor. */
  private static final int SPINS = 200;

  final FifoControl control;
  final int priority;

  /** Host address of the number of the first event. */
  final long head;

  /** The event appended last, 0 for none; guarded by the lock. */
  int tail;

  private volatile int held;

  FifoQueue(FifoControl control, int priority, long head) {
    this.control = control;
    this.priority = priority;
    this.head = head;
  }

  /** Locks two queues of one domain, which may be the same one. */
  static void lock(FifoQueue a, FifoQueue b) {
    if (a == b) {
      a.lock();
    } else if (a.order() < b.order()) {
      a.lock();
      b.lock();
    } else {
      b.lock();
      a.lock();
    }
  }

  /** Ends {@link #lock(FifoQueue, FifoQueue)}. */
  static void unlock(FifoQueue a, FifoQueue b) {
    HELD.lazySet(a, 0);
    if (a != b) {
      HELD.lazySet(b, 0);
    }
  }

  private int order() {
    return control.vcpu.id() * FifoControl.QUEUES + priority;
  }

  private void lock() {
    int spins = 0;
    while (held != 0 || !HELD.compareAndSet(this, 0, 1)) {
      if (++spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }
}
