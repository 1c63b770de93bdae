package dev.zendo.hypervisor.machine;

import com.sun.jna.Platform;
import java.util.BitSet;

/**
 * Pages that are filled once and then stay as they are, outside of machine memory: what frames of
 * several domains hold until they are written ({@link FrameAllocator#map}). On Linux they are a
 * file in memory, which the host maps copy-on-write; elsewhere frames get copies.
 *
 * <p>Filled by one thread; read by any when it is handed over. What was mapped of it survives
 * {@link #close}.
 */
public final class FrozenPages implements AutoCloseable {
  private static final int NO_FILE = -1;
  private static final int WORDS = MachineMemory.FRAME_SIZE / Long.BYTES;

  private final int file;
  private final long base;
  private final long bytes;
  private final BitSet filled = new BitSet();

  private FrozenPages(int file, long base, long bytes) {
    this.file = file;
    this.base = base;
    this.bytes = bytes;
  }

  /**
   * Pages full of zeros.
   *
   * @param count their number, at least 1
   * @throws OutOfMemoryError when the host refuses
   */
  public static FrozenPages allocate(int count) {
    long bytes = (long) count << MachineMemory.FRAME_SHIFT;
    if (Platform.isLinux() && Platform.is64Bit()) {
      try {
        return ofFile(bytes);
      } catch (UnsupportedOperationException e) {
        // There are sandboxes without such files.
        return plain(bytes);
      }
    }
    return plain(bytes);
  }

  /** Pages that can only be copied. */
  static FrozenPages plain(long bytes) {
    return new FrozenPages(NO_FILE, HostMemory.allocate(bytes, MachineMemory.FRAME_SIZE), bytes);
  }

  private static FrozenPages ofFile(long bytes) {
    int file = LibC.memoryFile("zendo-frozen", bytes);
    try {
      int protection = LibC.PROT_READ | LibC.PROT_WRITE;
      int flags = LibC.MAP_SHARED | LibC.MAP_NORESERVE;
      return new FrozenPages(file, LibC.mmap(bytes, protection, flags, file), bytes);
    } catch (UnsupportedOperationException e) {
      LibC.close(file);
      throw e;
    }
  }

  /** The file, or a negative number when there is none. */
  int file() {
    return file;
  }

  /** Host address of a page. */
  public long address(long page) {
    return base + (page << MachineMemory.FRAME_SHIFT);
  }

  /**
   * Takes what is at a host address; zeros take no memory.
   *
   * @param first the first page
   * @param count how many pages
   * @throws OutOfMemoryError when the host has no memory for them
   */
  public void fill(int first, int count, long from) {
    for (int i = 0; i < count; ) {
      int end = i;
      while (end < count && !isZero(from + ((long) end << MachineMemory.FRAME_SHIFT))) {
        end++;
      }
      if (end > i) {
        filled.set(first + i, first + end);
        write(first + i, end - i, from + ((long) i << MachineMemory.FRAME_SHIFT));
      }
      i = end + 1;
    }
  }

  private static boolean isZero(long page) {
    for (int i = 0; i < WORDS; i++) {
      if (HostMemory.getLong(page + 8L * i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Through the file, as the host would clear pages first that are touched in memory. */
  private void write(int first, int count, long from) {
    long offset = (long) first << MachineMemory.FRAME_SHIFT;
    long length = (long) count << MachineMemory.FRAME_SHIFT;
    if (file == NO_FILE) {
      HostMemory.copy(from, base + offset, length);
      return;
    }
    try {
      for (long done = 0; done < length; ) {
        done += LibC.write(file, from + done, length - done, offset + done);
      }
    } catch (UnsupportedOperationException e) {
      throw new OutOfMemoryError("no memory for pages that are kept: " + e.getMessage());
    }
  }

  /** The value of 8 bytes. */
  public long getLong(int page, int offset) {
    return HostMemory.getLong(address(page) + offset);
  }

  /** Changes a value of 8 bytes in a page that was filled; before anybody shares it. */
  public void putLong(int page, int offset, long value) {
    HostMemory.putLong(address(page) + offset, value);
  }

  /** Whether a page was filled with anything but zeros. */
  public boolean isFilled(int page) {
    return filled.get(page);
  }

  /** How many pages were filled with anything but zeros. */
  public int filled() {
    return filled.cardinality();
  }

  /** Lets go of the pages; nobody may use this object afterwards. */
  @Override
  public void close() {
    if (file == NO_FILE) {
      HostMemory.free(base);
    } else {
      LibC.munmap(base, bytes);
      LibC.close(file);
    }
  }
}
