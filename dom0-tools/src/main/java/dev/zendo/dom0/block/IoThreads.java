package dev.zendo.dom0.block;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.hypervisor.sched.Threads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The threads that serve the rings of all disks of a machine. They are started when they are
 * needed, as many for each disk as may work on one, so that a disk that hangs holds up no other. A
 * machine that has no threads has none here either: then whoever asks for service gives it himself.
 * Thread-safe.
 */
final class IoThreads {
  private static final int MOST = 64;

  private final ControlDomain control;
  private final int each;
  private final List<Thread> threads = new ArrayList<>();
  private final ArrayDeque<Work> ready = new ArrayDeque<>();
  private final PriorityQueue<Later> later = new PriorityQueue<>();
  private int idle;
  private boolean stopping;
  private int disks;
  private IoWorker inline;

  /** Something to do with a worker's memory. */
  private interface Work {
    void run(IoWorker worker);
  }

  private record Later(long time, BlockQueue queue) implements Comparable<Later> {
    @Override
    public int compareTo(Later other) {
      return Long.compare(time - other.time, 0);
    }
  }

  /**
   * None at the beginning.
   *
   * @param each threads for each disk; 0 to serve on the calling threads
   */
  IoThreads(ControlDomain control, int each) {
    this.control = control;
    this.each = each;
  }

  /** Whether requests may have to wait for a later time. */
  boolean canWait() {
    return each > 0;
  }

  /** Requests of one disk that may be under way. */
  int each() {
    return Math.max(1, each);
  }

  /**
   * There is one disk more; has the first worker ready.
   *
   * @throws HypercallFailure when the machine lacks the memory
   */
  synchronized void opened() {
    if (each == 0) {
      if (inline == null) {
        inline = new IoWorker(control);
      }
    } else if (threads.isEmpty()) {
      stopping = false;
      add(new IoWorker(control));
    }
    disks++;
  }

  /** There is one disk less; its rings are not open any more. After the last all threads end. */
  void closed() {
    List<Thread> ending = List.of();
    synchronized (this) {
      disks--;
      if (disks == 0) {
        ending = stop();
      }
    }
    ending.forEach(Threads::awaitEnd);
  }

  private List<Thread> stop() {
    stopping = true;
    notifyAll();
    List<Thread> ending = new ArrayList<>(threads);
    threads.clear();
    ready.clear();
    later.clear();
    if (inline != null) {
      inline.close();
      inline = null;
    }
    return ending;
  }

  private void add(IoWorker worker) {
    Thread thread = DaemonThreads.make("disk-io-" + threads.size(), () -> loop(worker));
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      worker.close();
      throw e;
    }
    threads.add(thread);
  }

  /** Has a ring served soon. */
  void serve(BlockQueue queue) {
    run(queue::serve);
  }

  /** Has something done soon that may take long. */
  void run(Runnable work) {
    run(worker -> work.run());
  }

  private void run(Work work) {
    if (each == 0) {
      work.run(inline);
      return;
    }
    synchronized (this) {
      ready.add(work);
      wakeOne();
    }
  }

  private void wakeOne() {
    // Threads count as idle until they have taken what they were woken for.
    if (ready.size() > idle && threads.size() < Math.min(MOST, each * disks) && !stopping) {
      addIfPossible();
    } else {
      notify();
    }
  }

  private void addIfPossible() {
    try {
      add(new IoWorker(control));
    } catch (HypercallFailure | OutOfMemoryError e) {
      // No memory, or no thread of the host: those that are there do it, one after the other.
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

  private void loop(IoWorker worker) {
    try {
      for (Work work = next(); work != null; work = next()) {
        work.run(worker);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts these threads", e);
    } finally {
      worker.close();
    }
  }

  private synchronized Work next() throws InterruptedException {
    while (!stopping) {
      long wait = 0;
      Later first = later.peek();
      if (first != null) {
        wait = first.time - System.nanoTime();
        if (wait <= 0) {
          return later.remove().queue::serve;
        }
      }
      Work work = ready.poll();
      if (work != null) {
        return work;
      }
      idle++;
      // Whole milliseconds, rounded up: nobody may come too early again and again.
      wait(wait / 1_000_000 + (wait > 0 ? 1 : 0));
      idle--;
    }
    return null;
  }
}
