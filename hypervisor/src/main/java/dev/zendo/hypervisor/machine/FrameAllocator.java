package dev.zendo.hypervisor.machine;

import dev.zendo.hypervisor.engine.CodeMap;

/**
 * The free frames of the machine, in aligned blocks of powers of two (a buddy system), so that
 * blocks join again when both halves are free.
 *
 * <p>Frames come out zeroed: what nobody has used before is zero anyway and stays unbacked by the
 * host; other frames are cleared when they are handed out. Thread-safe.
 */
public final class FrameAllocator {
  /** Largest order of a block: 2^18 frames, 1 GiB. */
  public static final int MAX_ORDER = 18;

  private final MachineMemory memory;
  private final FrameTable table;
  private final CodeMap codeMap;
  private final FrameList[] free = new FrameList[MAX_ORDER + 1];
  private long freeFrames;

  /** An allocator without frames; see {@link #add}. */
  public FrameAllocator(MachineMemory memory, FrameTable table, CodeMap codeMap) {
    this.memory = memory;
    this.table = table;
    this.codeMap = codeMap;
    for (int order = 0; order <= MAX_ORDER; order++) {
      free[order] = new FrameList(table);
    }
  }

  /** Adds never used frames from {@code first} up to {@code end}, exclusive. */
  public synchronized void add(long first, long end) {
    long at = end;
    while (at > first) {
      // From the top down, so that the lowest blocks end up in front of the lists.
      int order = Math.min(MAX_ORDER, Long.numberOfTrailingZeros(at));
      while (at - (1L << order) < first) {
        order--;
      }
      at -= 1L << order;
      table.freeHead(at, order);
      free[order].add(at);
    }
    freeFrames += end - first;
  }

  /** Number of free frames. */
  public synchronized long freeFrames() {
    return freeFrames;
  }

  /**
   * Takes an aligned block of frames; nobody owns them yet.
   *
   * @param order binary logarithm of the number of frames, any value
   * @return the first frame, or -1 when there is no such block
   */
  public long allocate(int order) {
    if (order < 0 || order > MAX_ORDER) {
      return -1;
    }
    long mfn = take(order);
    if (mfn >= 0) {
      for (long frame = mfn; frame < mfn + (1L << order); frame++) {
        if (table.usedBefore(frame)) {
          HostMemory.fill(memory.address(frame), MachineMemory.FRAME_SIZE, (byte) 0);
          codeMap.written(frame);
        }
      }
    }
    return mfn;
  }

  private synchronized long take(int order) {
    int have = order;
    while (free[have].first() < 0) {
      if (++have > MAX_ORDER) {
        return -1;
      }
    }
    long mfn = free[have].first();
    free[have].remove(mfn);
    table.notFreeHead(mfn);
    while (have > order) {
      have--;
      long upper = mfn + (1L << have);
      table.freeHead(upper, have);
      free[have].add(upper);
    }
    freeFrames -= 1L << order;
    return mfn;
  }

  /** Gives one frame back. Nobody refers to it any more. */
  public synchronized void free(long mfn) {
    table.markUsed(mfn);
    freeFrames++;
    long block = mfn;
    int order = 0;
    while (order < MAX_ORDER) {
      long buddy = block ^ 1L << order;
      if (!table.contains(buddy) || table.freeOrder(buddy) != order) {
        break;
      }
      free[order].remove(buddy);
      table.notFreeHead(buddy);
      block &= ~(1L << order);
      order++;
    }
    table.freeHead(block, order);
    free[order].add(block);
  }
}
