package dev.zendo.dom0.net;

import dev.zendo.dom0.DaemonThreads;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The time of the host, with a thread that comes when it is first needed. Thread-safe. */
public final class HostTime implements NetworkTime {
  private ScheduledThreadPoolExecutor timer;
  private boolean closed;

  /** The host's time. */
  public HostTime() {}

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public synchronized void later(long nanos, Runnable task) {
    if (closed) {
      return;
    }
    if (timer == null) {
      timer = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("net-timer"));
    }
    var unused = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
