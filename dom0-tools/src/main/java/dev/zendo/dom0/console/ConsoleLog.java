package dev.zendo.dom0.console;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the last part of what a guest printed, and lets threads wait for text in it. Thread-safe.
 */
public final class ConsoleLog implements ConsoleOutput {
  private final int limit;
  private byte[] bytes = new byte[1024];
  private int length;
  private long dropped;
  private boolean ended;

  /**
   * An empty log.
   *
   * @param limit bytes kept; older ones are dropped
   */
  public ConsoleLog(int limit) {
    this.limit = limit;
  }

  @Override
  public synchronized void accept(byte[] more, int count) {
    if (length + count > 2 * limit) {
      int keep = Math.min(length, limit);
      System.arraycopy(bytes, length - keep, bytes, 0, keep);
      dropped += length - keep;
      length = keep;
    }
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, bytes.length * 2));
    }
    System.arraycopy(more, 0, bytes, length, count);
    length += count;
    notifyAll();
  }

  /** No more output will come; waiting ends. */
  public synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Number of bytes printed so far: a position for {@link #waitFor}. */
  public synchronized long position() {
    return dropped + length;
  }

  /** What is kept, as UTF-8. */
  public synchronized String text() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** What was printed since a position. */
  public synchronized String textSince(long position) {
    int from = (int) Math.max(0, position - dropped);
    return from >= length ? "" : new String(bytes, from, length - from, StandardCharsets.UTF_8);
  }

  /**
   * Waits until the guest has printed a text.
   *
   * @param since position from which on it counts
   * @return the position behind the text, or -1 when time ran out or the guest ended without it
   */
  public synchronized long waitFor(String text, long since, long timeoutMillis)
      throws InterruptedException {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    long from = since;
    while (true) {
      long found = find(wanted, from);
      if (found >= 0) {
        return found + wanted.length;
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (ended || left <= 0) {
        return -1;
      }
      // What has been searched need not be searched again, but for a text that is half there.
      from = Math.max(from, dropped + length - wanted.length + 1);
      wait(left);
    }
  }

  private long find(byte[] wanted, long from) {
    int start = (int) Math.max(0, from - dropped);
    for (int i = start; i + wanted.length <= length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return dropped + i;
      }
    }
    return -1;
  }
}
