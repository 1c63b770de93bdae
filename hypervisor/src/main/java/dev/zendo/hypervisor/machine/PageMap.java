package dev.zendo.hypervisor.machine;

import com.sun.jna.Platform;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;

/**
 * What backs this process's memory, as Linux tells in {@code /proc/self/pagemap} (admin-guide, mm,
 * pagemap.rst): whether something is there, and whether it is a file's. Those bits need no
 * privileges. Not thread-safe.
 */
public final class PageMap implements AutoCloseable {
  private static final long PRESENT = 1L << 63;
  private static final long SWAPPED = 1L << 62;
  private static final long OF_FILE = 1L << 61;
  private static final int MOST = 4096;

  private final FileChannel file;
  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(MOST * Long.BYTES).order(ByteOrder.nativeOrder());
  private final LongBuffer entries = bytes.asLongBuffer();

  private PageMap(FileChannel file) {
    this.file = file;
  }

  /** Opens it; null where there is none. */
  public static PageMap open() {
    if (!Platform.isLinux() || !Platform.is64Bit()) {
      return null;
    }
    try {
      return new PageMap(new RandomAccessFile("/proc/self/pagemap", "r").getChannel());
    } catch (IOException e) {
      // Hidden, as in some sandboxes.
      return null;
    }
  }

  /**
   * Looks at pages.
   *
   * @param address of the first
   * @param count of those to look at
   * @return of how many of them {@link #isOwn} and {@link #isThere} can tell now, at least 1; 0
   *     when the host does not say
   */
  public int look(long address, int count) {
    int some = Math.min(count, MOST);
    bytes.clear().limit(some * Long.BYTES);
    long at = (address >>> MachineMemory.FRAME_SHIFT) * Long.BYTES;
    try {
      while (bytes.hasRemaining()) {
        if (file.read(bytes, at + bytes.position()) <= 0) {
          return 0;
        }
      }
      return some;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Whether a page is backed by memory of this process alone, not by nothing or a file. */
  public boolean isOwn(int index) {
    long entry = entries.get(index);
    return (entry & (PRESENT | SWAPPED)) != 0 && (entry & OF_FILE) == 0;
  }

  /** Whether a page is backed by anything. */
  public boolean isThere(int index) {
    return (entries.get(index) & (PRESENT | SWAPPED)) != 0;
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new IllegalStateException("the page map cannot be closed", e);
    }
  }
}
