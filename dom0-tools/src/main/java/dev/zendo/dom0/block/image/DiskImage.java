package dev.zendo.dom0.block.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A disk. Thread-safe: requests may run at the same time; what overlapping ones leave is undefined,
 * as on a real disk, but harms nothing else.
 *
 * <p>Offsets and lengths are bytes and multiples of 512; a range that leaves the disk is an {@link
 * IndexOutOfBoundsException}. Direct buffers save a copy.
 */
public interface DiskImage extends Closeable {
  /** Bytes of the disk, a multiple of 512. */
  long size();

  /** Bytes of a logical sector, 512 or 4096. */
  int sectorSize();

  /** Whether writes are refused. */
  boolean readOnly();

  /** Bytes that {@link #discard} frees at a time. */
  int discardGranularity();

  /** Fills the buffer from the disk. */
  void read(ByteBuffer to, long offset) throws IOException;

  /**
   * Writes what remains in the buffer; it is durable after the next {@link #flush}.
   *
   * @throws IOException also when the image is read-only
   */
  void write(ByteBuffer from, long offset) throws IOException;

  /**
   * Makes everything durable whose write had returned. After a failure nothing can be said about
   * earlier writes, so all later flushes fail as well.
   */
  void flush() throws IOException;

  /** Gives contents up; what is read there afterwards is old data or zeros. */
  void discard(long offset, long bytes) throws IOException;

  /**
   * Changes the size.
   *
   * @param bytes the new size, not smaller than before; 0 looks at the file or device again, which
   *     somebody else has changed
   * @throws IOException also when the format cannot do it
   */
  void resize(long bytes) throws IOException;

  /** Flushes and gives the file free. */
  @Override
  void close() throws IOException;
}
