package dev.zendo.dom0.block;

import dev.zendo.dom0.block.image.DiskImage;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A disk of zeros that takes its time, and hangs while its gate is shut. */
final class GatedImage implements DiskImage {
  private static final long SIZE = 1 << 20;

  private final AtomicInteger waiting = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final long nanos;
  private volatile boolean shut;
  private volatile boolean closed;

  /** One whose operations take no time. */
  GatedImage() {
    this(0);
  }

  /** One whose operations take some nanoseconds at least. */
  GatedImage(long nanos) {
    this.nanos = nanos;
  }

  /** Lets operations hang from now on. */
  void shut() {
    shut = true;
  }

  /** Lets them go on, for good. */
  void open() {
    gate.countDown();
  }

  /** Operations that hang. */
  int waiting() {
    return waiting.get();
  }

  boolean closed() {
    return closed;
  }

  private void pass() {
    LockSupport.parkNanos(nanos);
    if (!shut) {
      return;
    }
    waiting.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    waiting.decrementAndGet();
  }

  @Override
  public long size() {
    return SIZE;
  }

  @Override
  public int sectorSize() {
    return 512;
  }

  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public int discardGranularity() {
    return 512;
  }

  @Override
  public void read(ByteBuffer to, long offset) {
    pass();
    while (to.hasRemaining()) {
      to.put((byte) 0);
    }
  }

  @Override
  public void write(ByteBuffer from, long offset) {
    pass();
    from.position(from.limit());
  }

  @Override
  public void flush() {
    pass();
  }

  @Override
  public void discard(long offset, long bytes) {
    pass();
  }

  @Override
  public void resize(long bytes) {
    pass();
  }

  @Override
  public void close() {
    pass();
    closed = true;
  }
}
