package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.DaemonThreads;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Finds out whether hosts outside are there, in the way that a process without privileges can: by
 * whether they answer anything at all. Few questions at a time.
 */
final class EchoProbe implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 1000;
  private static final int THREADS = 2;
  private static final int WAITING = 32;

  private final Executor owner;
  private final ThreadPoolExecutor pool;

  /** With who runs the answers. */
  EchoProbe(Executor owner) {
    this.owner = owner;
    this.pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            DaemonThreads.named("net-echo"));
    pool.allowCoreThreadTimeOut(true);
  }

  /** Asks for a host; false when there are too many questions already. */
  boolean ask(InetAddress host, Consumer<Boolean> answer) {
    try {
      pool.execute(() -> probe(host, answer));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private void probe(InetAddress host, Consumer<Boolean> answer) {
    boolean there = reachable(host);
    owner.execute(() -> answer.accept(there));
  }

  private static boolean reachable(InetAddress host) {
    try {
      return host.isReachable(TIMEOUT_MILLIS);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
