package dev.zendo.dom0.block;

import dev.zendo.dom0.Daemons;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.hypervisor.sched.Threads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The threads that serve the rings of all disks of a machine. They are started when they are
 * needed. A machine that has no threads has none here either: then whoever asks for service gives
 * it himself. Thread-safe.
 */
final class IoThreads {
  private final ControlDomain control;
  private final int most;
  private final List<Thread> threads = new ArrayList<>();
  private final ArrayDeque<BlockQueue> ready = new ArrayDeque<>();
  private final PriorityQueue<Later> later = new PriorityQueue<>();
  private int idle;
  private boolean stopping;
  private IoWorker inline;

  private record Later(long time, BlockQueue queue) implements Comparable<Later> {
    @Override
    public int compareTo(Later other) {
      return Long.compare(time - other.time, 0);
    }
  }

  /**
   * Up to so many threads, none at the beginning.
   *
   * @param most 0 to serve on the calling threads
   */
  IoThreads(ControlDomain control, int most) {
    this.control = control;
    this.most = most;
  }

  /** Whether requests may have to wait for a later time. */
  boolean canWait() {
    return most > 0;
  }

  /**
   * Has the first worker ready.
   *
   * @throws HypercallFailure when the machine lacks the memory
   */
  synchronized void prepare() {
    stopping = false;
    if (most == 0) {
      if (inline == null) {
        inline = new IoWorker(control);
      }
    } else if (threads.isEmpty()) {
      add(new IoWorker(control));
    }
  }

  private void add(IoWorker worker) {
    Thread thread = Daemons.make("disk-io-" + threads.size(), () -> run(worker));
    threads.add(thread);
    thread.start();
  }

  /** Has a ring served soon. */
  void serve(BlockQueue queue) {
    if (most == 0) {
      queue.serve(inline);
      return;
    }
    synchronized (this) {
      ready.add(queue);
      wakeOne();
    }
  }

  private void wakeOne() {
    if (idle > 0) {
      notify();
    } else if (threads.size() < most && !stopping) {
      addIfPossible();
    }
  }

  private void addIfPossible() {
    try {
      add(new IoWorker(control));
    } catch (HypercallFailure e) {
      // Those that are there do it, one after the other.
      assert !threads.isEmpty();
    }
  }

  /** The same after some nanoseconds. */
  synchronized void serveLater(BlockQueue queue, long nanos) {
    later.add(new Later(System.nanoTime() + nanos, queue));
    if (idle > 0) {
      notify();
    }
  }

  private void run(IoWorker worker) {
    try {
      for (BlockQueue queue = next(); queue != null; queue = next()) {
        queue.serve(worker);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts these threads", e);
    } finally {
      worker.close();
    }
  }

  private synchronized BlockQueue next() throws InterruptedException {
    while (!stopping) {
      long wait = 0;
      Later first = later.peek();
      if (first != null) {
        wait = first.time - System.nanoTime();
        if (wait <= 0) {
          return later.remove().queue;
        }
      }
      BlockQueue queue = ready.poll();
      if (queue != null) {
        return queue;
      }
      idle++;
      // Whole milliseconds, rounded up: nobody may come too early again and again.
      wait(wait / 1_000_000 + (wait > 0 ? 1 : 0));
      idle--;
    }
    return null;
  }

  /** Ends all threads; no ring is open any more. They may be started again. */
  void stop() {
    List<Thread> ending;
    synchronized (this) {
      stopping = true;
      notifyAll();
      ending = new ArrayList<>(threads);
      threads.clear();
      ready.clear();
      later.clear();
      if (inline != null) {
        inline.close();
        inline = null;
      }
    }
    ending.forEach(Threads::awaitEnd);
  }
}
