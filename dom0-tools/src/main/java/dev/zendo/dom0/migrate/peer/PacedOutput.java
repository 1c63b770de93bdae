package dev.zendo.dom0.migrate.peer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** Lets no more bytes pass in a second than it may. One thread. */
public final class PacedOutput extends OutputStream {
  /** A pause is as long as this many bytes last. */
  private static final int PIECE = 1 << 16;

  private final OutputStream out;
  private long bytesPerSecond;
  private long nextNanos = System.nanoTime();

  /**
   * Bytes to a stream.
   *
   * @param bytesPerSecond 0 for as many as it takes
   */
  public PacedOutput(OutputStream out, long bytesPerSecond) {
    this.out = out;
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Lets all pass from now on. */
  public void unlimited() {
    bytesPerSecond = 0;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int part = Math.min(PIECE, length - done);
      pace(part);
      out.write(bytes, offset + done, part);
      done += part;
    }
  }

  private void pace(int bytes) throws IOException {
    if (bytesPerSecond == 0) {
      return;
    }
    long now = System.nanoTime();
    try {
      TimeUnit.NANOSECONDS.sleep(nextNanos - now);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
    long cost = TimeUnit.SECONDS.toNanos(1) * bytes / bytesPerSecond;
    nextNanos = Math.max(nextNanos, now) + cost;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
