package dev.zendo.hypervisor.machine;

import com.sun.jna.Platform;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Pages that are filled once and then stay as they are, outside of machine memory: what frames of
 * several domains hold until they are written ({@link FrameAllocator#map}). On Linux they are a
 * file in memory, which the host maps copy-on-write; elsewhere frames get copies.
 *
 * <p>Pages are counted by those who refer to them: a page that nobody refers to any more takes no
 * memory, and with the last one, and its maker, the layer goes. Filled by one thread, then
 * thread-safe.
 */
public final class FrozenLayer {
  private static final int NO_FILE = -1;
  private static final int WORDS = MachineMemory.FRAME_SIZE / Long.BYTES;

  /** Pages that are looked at through one buffer. */
  private static final int VIEWED = 1 << 12;

  private final int file;
  private final long base;
  private final long bytes;
  private final BitSet filled = new BitSet();

  /** How many refer to each page; the next two are guarded by this object, as it is. */
  private final int[] uses;

  private long allUses;
  private boolean beingMade = true;
  private boolean closed;

  /** Pages that were filled and are not any more. */
  private final BitSet gone = new BitSet();

  private FrozenLayer(int file, long base, int pages) {
    this.file = file;
    this.base = base;
    this.bytes = (long) pages << MachineMemory.FRAME_SHIFT;
    this.uses = new int[pages];
  }

  /**
   * Pages full of zeros.
   *
   * @param pages their number, at least 1
   * @throws OutOfMemoryError when the host refuses
   */
  public static FrozenLayer allocate(int pages) {
    if (Platform.isLinux() && Platform.is64Bit()) {
      try {
        return ofFile(pages);
      } catch (UnsupportedOperationException e) {
        // There are sandboxes without such files.
        return plain(pages);
      }
    }
    return plain(pages);
  }

  /** Pages full of zeros that can only be copied. */
  public static FrozenLayer plain(int pages) {
    long bytes = (long) pages << MachineMemory.FRAME_SHIFT;
    long base = HostMemory.allocate(bytes, MachineMemory.FRAME_SIZE);
    return new FrozenLayer(NO_FILE, base, pages);
  }

  private static FrozenLayer ofFile(int pages) {
    long bytes = (long) pages << MachineMemory.FRAME_SHIFT;
    int file = LibC.memoryFile("zendo-frozen", bytes);
    try {
      int protection = LibC.PROT_READ | LibC.PROT_WRITE;
      int flags = LibC.MAP_SHARED | LibC.MAP_NORESERVE;
      return new FrozenLayer(file, LibC.mmap(bytes, protection, flags, file), pages);
    } catch (UnsupportedOperationException e) {
      LibC.close(file);
      throw e;
    }
  }

  /** The file, or a negative number when there is none. */
  int file() {
    return file;
  }

  /** Number of pages. */
  public int pages() {
    return uses.length;
  }

  /** Host address of a page. */
  public long address(int page) {
    return base + ((long) page << MachineMemory.FRAME_SHIFT);
  }

  /**
   * Takes what is at a host address; zeros take no memory.
   *
   * @param first the first page
   * @param count how many pages
   * @throws OutOfMemoryError when the host has no memory for them
   */
  public void fill(int first, int count, long from) {
    for (int done = 0; done < count; done += VIEWED) {
      int some = Math.min(VIEWED, count - done);
      fillViewed(first + done, some, from + ((long) done << MachineMemory.FRAME_SHIFT));
    }
  }

  private void fillViewed(int first, int count, long from) {
    ByteBuffer one = HostMemory.view(from, count << MachineMemory.FRAME_SHIFT);
    ByteBuffer next = one.duplicate();
    for (int i = 0; i < count; ) {
      int end = i;
      while (end < count && !isZero(from, end, one, next)) {
        end++;
      }
      if (end > i) {
        filled.set(first + i, first + end);
        write(first + i, end - i, from + ((long) i << MachineMemory.FRAME_SHIFT));
      }
      i = end + 1;
    }
  }

  /** Whether the first value is zero and each is as the one before it: the JVM is quick at that. */
  private static boolean isZero(long from, int page, ByteBuffer one, ByteBuffer next) {
    int at = page << MachineMemory.FRAME_SHIFT;
    int last = WORDS - 1;
    if (HostMemory.getLong(from + at) != 0 || HostMemory.getLong(from + at + 8L * last) != 0) {
      return false;
    }
    one.limit(at + MachineMemory.FRAME_SIZE - Long.BYTES).position(at);
    next.limit(at + MachineMemory.FRAME_SIZE).position(at + Long.BYTES);
    return one.mismatch(next) < 0;
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

  /** Whether a page was filled with anything but zeros. */
  public boolean isFilled(int page) {
    return filled.get(page);
  }

  /** The first page from one on that was filled; the number of pages if there is none. */
  int nextFilled(int from) {
    int next = filled.nextSetBit(from);
    return next < 0 ? uses.length : next;
  }

  /** The first page from one on that was not. */
  int nextEmpty(int from) {
    return filled.nextClearBit(from);
  }

  /** One more refers to each of the pages. */
  public synchronized void retain(int first, int count) {
    for (int page = first; page < first + count; page++) {
      uses[page]++;
    }
    allUses += count;
  }

  /** One of those does not refer to them any more. */
  public void release(int first, int count) {
    drop(first, count);
    trim(first, first + count);
  }

  /** The same, when {@link #trim} follows. */
  synchronized void drop(int first, int count) {
    for (int page = first; page < first + count; page++) {
      uses[page]--;
    }
    allUses -= count;
  }

  /** Gives the host back what nobody refers to. */
  void trim() {
    trim(0, uses.length);
  }

  private synchronized void trim(int first, int end) {
    if (closeIfUnused() || file == NO_FILE) {
      return;
    }
    for (int page = nextFilled(first); page < end; ) {
      int behind = page;
      while (behind < end && uses[behind] == 0 && !gone.get(behind)) {
        behind++;
      }
      if (behind > page) {
        discard(page, behind);
      }
      page = nextFilled(behind + 1);
    }
  }

  private void discard(int first, int end) {
    long offset = (long) first << MachineMemory.FRAME_SHIFT;
    long length = (long) (end - first) << MachineMemory.FRAME_SHIFT;
    try {
      LibC.punchHole(file, offset, length);
      gone.set(first, end);
    } catch (UnsupportedOperationException e) {
      // They go with the layer.
      return;
    }
  }

  /** Who made it refers to none but the pages that are counted; once. */
  public synchronized void made() {
    beingMade = false;
    trim();
  }

  private boolean closeIfUnused() {
    if (closed || beingMade || allUses > 0) {
      return closed;
    }
    closed = true;
    if (file == NO_FILE) {
      HostMemory.free(base);
    } else {
      LibC.munmap(base, bytes);
      LibC.close(file);
    }
    return true;
  }
}
