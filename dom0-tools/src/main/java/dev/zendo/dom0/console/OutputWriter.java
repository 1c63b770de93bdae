package dev.zendo.dom0.console;

import dev.zendo.dom0.DaemonThreads;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/**
 * Writes what a guest prints to a stream of the host, on a thread of its own: a slow stream holds
 * up the guest and nothing else; one that fails holds up nothing.
 */
final class OutputWriter implements ConsoleOutput, AutoCloseable {
  private static final int QUEUE = 64 << 10;

  private final ByteQueue queue = new ByteQueue(QUEUE);
  private final OutputStream out;
  private final boolean lossy;
  private volatile ConsoleInput console;
  private volatile boolean waiting;
  private boolean failed;

  /** Starts a thread of that name; the guest waits for the stream. */
  OutputWriter(String name, OutputStream out) {
    this(name, out, false);
  }

  /**
   * Starts a thread of that name.
   *
   * @param lossy whether the stream misses what it is too slow for
   */
  OutputWriter(String name, OutputStream out, boolean lossy) {
    this.out = out;
    this.lossy = lossy;
    DaemonThreads.start(name, this::write);
  }

  /** Sets the console that waits for room; may be called again. */
  void connect(ConsoleInput input) {
    console = input;
  }

  @Override
  public void accept(byte[] bytes, int length) {
    queue.add(bytes, 0, lossy ? Math.min(length, queue.room()) : length);
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
    byte[] chunk = new byte[8192];
    try {
      int count;
      while ((count = queue.peekWaiting(chunk)) >= 0) {
        write(chunk, count);
        queue.remove(count);
        ConsoleInput input = console;
        if (waiting && input != null) {
          waiting = false;
          input.resume();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nobody may read the stream any more: the guest need not wait for that. */
  private void write(byte[] chunk, int count) {
    if (failed) {
      return;
    }
    try {
      out.write(chunk, 0, count);
    } catch (IOException e) {
      failed = true;
    }
  }

  /** Writes what is left, for a second at most. */
  @Override
  public void close() {
    try {
      queue.awaitEmpty(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    queue.close();
  }
}
