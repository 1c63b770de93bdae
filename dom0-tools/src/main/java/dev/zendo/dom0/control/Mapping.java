package dev.zendo.dom0.control;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Frames of another domain in the control domain's guest-physical memory. Closing it unmaps them;
 * nobody may use the address afterwards.
 */
public final class Mapping implements AutoCloseable {
  private final long address;
  private final Runnable unmap;
  private final AtomicBoolean closed = new AtomicBoolean();

  Mapping(long address, Runnable unmap) {
    this.address = address;
    this.unmap = unmap;
  }

  /** Guest-physical address of the first byte. */
  public long address() {
    return address;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      unmap.run();
    }
  }
}
