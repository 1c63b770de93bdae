package dev.zendo.hypervisor.domain;

import dev.zendo.hypercalls.Memory;
import java.nio.ByteBuffer;

/**
 * The guest-physical memory of a translated domain, as its Java code uses it: RAM from 0 on, and
 * whatever it mapped above (grants, foreign frames, shared info). Thread-safe.
 *
 * <p>An access to an address that is not mapped throws {@link IndexOutOfBoundsException}; a write
 * to a read-only mapping throws {@link IllegalStateException}. Values of 2, 4 and 8 bytes that are
 * naturally aligned are read and written in one piece. Ranges may cross frames.
 */
public interface PhysicalMemory extends Memory {
  /** Reads four bytes (aligned); later accesses of this thread come after it. */
  int getIntAcquire(long address);

  /** Writes four bytes (aligned); earlier accesses of this thread come before it. */
  void putIntRelease(long address, int value);

  /** Exchanges four bytes (aligned) atomically and returns the value before. */
  int getAndSetInt(long address, int value);

  /** Exchanges eight bytes (aligned) atomically and returns the value before. */
  long getAndSetLong(long address, long value);

  /** Stores eight bytes (aligned) if they still are {@code expected}; returns whether it did. */
  boolean compareAndSetLong(long address, long expected, long value);

  /** Orders all accesses of this thread before it before all that follow. */
  void fullFence();

  /** Copies bytes out of the domain's memory. */
  void read(long address, byte[] to, int offset, int bytes);

  /** Copies bytes into the domain's memory. */
  void write(long address, byte[] from, int offset, int bytes);

  /** Copies bytes within the domain's memory; the ranges do not overlap. */
  void copy(long from, long to, int bytes);

  /**
   * The domain's own memory as a direct buffer, for the host's input and output: nothing else
   * reaches it without a copy. Whoever has the buffer must let go of it before the memory is given
   * back; no check stands behind it.
   *
   * @param address of a page
   * @throws IllegalArgumentException when a frame belongs to another domain, or they do not follow
   *     one another
   */
  ByteBuffer view(long address, int bytes);

  /** Fills a range with zeros. */
  void clear(long address, long bytes);
}
