package dev.zendo.dom0.console;

import dev.zendo.dom0.DaemonThreads;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Writes what a guest prints to a stream of the host, on a thread of its own: a slow stream holds
 * up the guest and nothing else; one that fails holds up nothing. The thread ends when there is
 * nothing to write, as there is not for most guests at most times.
 */
final class OutputWriter implements ConsoleOutput, AutoCloseable {
  private static final int QUEUE = 64 << 10;

  /** Bytes that are written at once, at most. */
  private static final int CHUNK = 8192;

  /** What the thread waits for more. */
  private static final long PATIENCE_SECONDS = 1;

  private final ByteQueue queue = new ByteQueue(QUEUE);
  private final OutputStream out;
  private final boolean lossy;
  private final ThreadPoolExecutor worker;

  /** Whether {@link #write} will look at the queue after this. */
  private final AtomicBoolean due = new AtomicBoolean();

  private volatile ConsoleInput console;
  private volatile boolean waiting;
  private volatile IOException failure;

  /** The thread gets that name; the guest waits for the stream. */
  OutputWriter(String name, OutputStream out) {
    this(name, out, false);
  }

  /**
   * The thread gets that name.
   *
   * @param lossy whether the stream misses what it is too slow for
   */
  OutputWriter(String name, OutputStream out, boolean lossy) {
    this.out = out;
    this.lossy = lossy;
    this.worker =
        new ThreadPoolExecutor(
            0,
            1,
            PATIENCE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named(name),
            new ThreadPoolExecutor.DiscardPolicy());
  }

  /** Sets the console that waits for room; may be called again. */
  void connect(ConsoleInput input) {
    console = input;
  }

  @Override
  public void accept(byte[] bytes, int length) {
    queue.add(bytes, 0, lossy ? Math.min(length, queue.room()) : length);
    if (due.compareAndSet(false, true)) {
      worker.execute(this::write);
    }
  }

  @Override
  public int room() {
    if (lossy) {
      return Integer.MAX_VALUE;
    }
    int room = queue.room();
    if (room == 0) {
      waiting = true;
      room = queue.room();
    }
    return room;
  }

  private void write() {
    due.set(false);
    for (int count = QUEUE - queue.room(); count > 0; count = QUEUE - queue.room()) {
      byte[] chunk = new byte[Math.min(count, CHUNK)];
      queue.peek(chunk);
      write(chunk, chunk.length);
      queue.remove(chunk.length);
      ConsoleInput input = console;
      if (waiting && input != null) {
        waiting = false;
        input.resume();
      }
    }
  }

  /** Nobody may read the stream any more: the guest need not wait for that. */
  private void write(byte[] chunk, int count) {
    if (failure != null) {
      return;
    }
    try {
      out.write(chunk, 0, count);
    } catch (IOException e) {
      failure = e;
    }
  }

  /** Why nothing is written any more; empty while all is well. */
  Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  /** Writes what is left, for a second at most. */
  @Override
  public void close() {
    try {
      queue.awaitEmpty(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    worker.shutdown();
  }
}
