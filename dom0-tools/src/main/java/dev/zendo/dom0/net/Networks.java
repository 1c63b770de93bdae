package dev.zendo.dom0.net;

import dev.zendo.dom0.net.bridge.Bridge;
import dev.zendo.dom0.net.wire.FramePool;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The switches of a machine, by name. A switch comes into being when somebody first asks for it. On
 * the event thread, except where a method says otherwise.
 */
public final class Networks implements AutoCloseable {
  private final FramePool pool = new FramePool();
  private final Map<String, Bridge> bridges = new TreeMap<>();
  private ScheduledThreadPoolExecutor timer;
  private boolean closed;

  /** The switch with a name. */
  public Bridge bridge(String name) {
    return bridges.computeIfAbsent(name, key -> new Bridge(key, pool, System::nanoTime));
  }

  /** Runs something later, on a thread of its own; it must only post. Any thread. */
  public synchronized void later(long nanos, Runnable task) {
    if (closed) {
      return;
    }
    if (timer == null) {
      timer = new ScheduledThreadPoolExecutor(1, Networks::thread);
    }
    var unused = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "net-timer");
    thread.setDaemon(true);
    return thread;
  }

  /** Ends what runs. Any thread. */
  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
