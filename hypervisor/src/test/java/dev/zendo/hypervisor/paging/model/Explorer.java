package dev.zendo.hypervisor.paging.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Does every operation in every state that can be reached, breadth first. States that differ only
 * in the names of the free frames count as one. A path is a number whose bytes, from the highest
 * that is not 0 on, are operations.
 */
final class Explorer {
  /** Longest sequence after the start. */
  static final int MAX_DEPTH = 8;

  private static final int BATCH = 64;

  private final List<Operation> operations = Operation.all();
  private final Start start;
  private final FingerprintSet seen;
  private final int threads;
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private long[] frontier = {0};

  /**
   * From one start.
   *
   * @param order binary logarithm of the number of states that can be remembered
   */
  Explorer(Start start, int threads, int order) {
    this.start = start;
    this.threads = threads;
    this.seen = new FingerprintSet(order);
  }

  /** States found so far. */
  long states() {
    return seen.size();
  }

  /** Operations compared so far. */
  long steps() {
    return steps.get();
  }

  /** How many of them were refused. */
  long refusals() {
    return refusals.get();
  }

  /** States that the next {@link #deepen} looks at. */
  int frontier() {
    return frontier.length;
  }

  /**
   * Does every operation in all states of the present depth.
   *
   * @param deadline in terms of {@link System#nanoTime}
   * @return how many states were done: less than {@link #frontier} was when time or memory ended
   * @throws AssertionError when the hypervisor does something else than the model
   */
  int deepen(long deadline) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger finished = new AtomicInteger();
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Worker worker = new Worker(frontier, next, finished, deadline);
      workers.add(worker);
      worker.start();
    }
    long[] found = new long[0];
    Throwable failure = null;
    for (Worker worker : workers) {
      worker.join();
      int at = found.length;
      found = Arrays.copyOf(found, at + worker.count);
      System.arraycopy(worker.found, 0, found, at, worker.count);
      failure = worker.failure != null ? worker.failure : failure;
    }
    if (failure != null) {
      throw new AssertionError(failure.getMessage(), failure);
    }
    frontier = found;
    return finished.get();
  }

  /** The operations of a path, for people. */
  private String describe(long path) {
    StringBuilder text = new StringBuilder(start.name());
    for (int shift = 56; shift >= 0; shift -= 8) {
      int code = (int) (path >>> shift) & 0xff;
      text.append(code == 0 ? "" : "; " + operations.get(code - 1));
    }
    return text.toString();
  }

  private final class Worker extends Thread {
    private final long[] paths;
    private final AtomicInteger next;
    private final AtomicInteger finished;
    private final long deadline;
    private RealGuests real = new RealGuests();
    private long[] found = new long[1024];
    private int count;
    private Throwable failure;
    private long path;
    private ModelState state;

    Worker(long[] paths, AtomicInteger next, AtomicInteger finished, long deadline) {
      this.paths = paths;
      this.next = next;
      this.finished = finished;
      this.deadline = deadline;
    }

    @Override
    public void run() {
      try {
        int from = next.getAndAdd(BATCH);
        while (from < paths.length) {
          for (int i = from; i < Math.min(from + BATCH, paths.length); i++) {
            if (System.nanoTime() > deadline || seen.isFull()) {
              return;
            }
            expand(paths[i]);
            finished.incrementAndGet();
          }
          from = next.getAndAdd(BATCH);
        }
        real.reset();
        real.close();
      } catch (AssertionError | RuntimeException e) {
        failure = new AssertionError(e.getMessage() + " after " + describe(path) + ": " + state, e);
        next.set(paths.length);
      }
    }

    /** Does every operation in the state to which a path leads. */
    private void expand(long to) {
      replay(to);
      for (int i = 0; i < operations.size(); i++) {
        Operation operation = operations.get(i);
        path = to << 8 | i + 1;
        ModelState after = Model.apply(state, operation);
        boolean done = real.execute(operation);
        if (done != (after != null)) {
          throw new AssertionError(done ? "done, not refused" : "refused, not done");
        }
        steps.incrementAndGet();
        if (done && after != state) {
          changed(after.withCached(real.cached()));
          replay(to);
        } else {
          refusals.addAndGet(done ? 0 : 1);
          real.check(state);
          if (real.cached() != state.cached()) {
            replay(to);
          }
        }
      }
    }

    private void changed(ModelState after) {
      real.check(after);
      real.checkCached(after);
      if (seen.add(after.fingerprint())) {
        if (count == found.length) {
          found = Arrays.copyOf(found, 2 * count);
        }
        found[count++] = path;
      }
    }

    /** Goes to the state to which a path leads, from the start. */
    private void replay(long to) {
      real.reset();
      if (real.isWornOut()) {
        real.close();
        real = new RealGuests();
      }
      state = ModelState.initial();
      for (Operation operation : start.operations()) {
        step(operation);
      }
      for (int shift = 56; shift >= 0; shift -= 8) {
        int code = (int) (to >>> shift) & 0xff;
        if (code != 0) {
          step(operations.get(code - 1));
        }
      }
      path = to;
    }

    private void step(Operation operation) {
      ModelState after = Model.apply(state, operation);
      if (after == null || !real.execute(operation)) {
        throw new IllegalStateException("not done again: " + operation);
      }
      state = after.withCached(real.cached());
    }
  }
}
