package dev.zendo.dom0.daemon;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.Machine;
import dev.zendo.hypervisor.domain.CodeSweep;
import dev.zendo.hypervisor.machine.LibC;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets domains that idle take little memory: every ten seconds vcpus that hardly ran let go of
 * their translated code, and now and then the JVM's heap is collected, and it and the C library's
 * give back to the host what they do not need. That halts the process, so it is done when no vcpu
 * is busy, and rarely otherwise.
 */
final class IdleMemory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IdleMemory.class);

  private static final long PERIOD_SECONDS = 10;

  /** Collections are at least so far apart: while no vcpu is busy, and while some are. */
  private static final long QUIET_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final long BUSY_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** Growth of the heap since the last collection that makes one worth it. */
  private static final long GROWTH_BYTES = 8 << 20;

  private final Machine machine;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("zendo-idle-memory"));
  private final Collections collections;

  /** When the heap is collected. One thread. */
  static final class Collections {
    private long last;
    private long heapThen;
    private boolean garbage;

    /** None was done yet; the pauses count from now on. */
    Collections(long now) {
      last = now;
    }

    /**
     * Whether it is time for one.
     *
     * @param now in nanoseconds
     * @param heap bytes that the heap has of the host
     */
    boolean due(CodeSweep.Result swept, long now, long heap) {
      garbage |= swept.shed() > 0;
      long pause = swept.busy() == 0 ? QUIET_PAUSE_NANOS : BUSY_PAUSE_NANOS;
      return now - last >= pause && (garbage || heap >= heapThen + GROWTH_BYTES);
    }

    /** One was done. */
    void done(long now, long heap) {
      last = now;
      heapThen = heap;
      garbage = false;
    }
  }

  /** Begins. */
  IdleMemory(Machine machine) {
    this.machine = machine;
    this.collections = new Collections(System.nanoTime());
    var unused =
        thread.scheduleWithFixedDelay(this::look, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  private void look() {
    try {
      CodeSweep.Result swept = machine.sweepCode();
      if (collections.due(swept, System.nanoTime(), Runtime.getRuntime().totalMemory())) {
        collect();
      }
    } catch (RuntimeException e) {
      LOG.error("memory of idle domains", e);
    }
  }

  private void collect() {
    long begin = System.nanoTime();
    System.gc();
    long end = System.nanoTime();
    collections.done(end, Runtime.getRuntime().totalMemory());
    LOG.debug("the heap was collected in {} ms", TimeUnit.NANOSECONDS.toMillis(end - begin));
    try {
      // The JVM compiled, and blocks of domains that are gone were freed.
      LibC.trim();
    } catch (UnsupportedOperationException e) {
      LOG.debug("the C library keeps what is free: {}", e.getMessage());
    }
  }

  /** Ends; what is being done is done to its end first. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      // It waits for nothing but locks that are held for moments.
      if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.warn("memory of idle domains is still being looked after");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
