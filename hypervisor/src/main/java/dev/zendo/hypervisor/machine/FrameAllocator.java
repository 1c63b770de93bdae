package dev.zendo.hypervisor.machine;

import dev.zendo.hypercalls.Errno;
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

  /**
   * From this order on the host clears blocks, which is quicker, and gets back what backs them when
   * they are free: 2 MiB, a huge page.
   */
  private static final int DISCARD_ORDER = 9;

  private final MachineMemory memory;
  private final FrameTable table;
  private final CodeMap codeMap;
  private final MappedRanges mapped;

  /** For each order the free blocks, by their first frame divided by their size. */
  private final FrameSet[] free = new FrameSet[MAX_ORDER + 1];

  private long freeFrames;
  private long claimedFrames;

  /** An allocator without frames; see {@link #add}. */
  public FrameAllocator(MachineMemory memory, FrameTable table, CodeMap codeMap) {
    this.memory = memory;
    this.table = table;
    this.codeMap = codeMap;
    this.mapped = new MappedRanges(memory);
    for (int order = 0; order <= MAX_ORDER; order++) {
      free[order] = new FrameSet(memory.frames() >>> order);
    }
  }

  /** Adds never used frames from {@code first} up to {@code end}, exclusive. */
  public synchronized void add(long first, long end) {
    long at = end;
    while (at > first) {
      int order = Math.min(MAX_ORDER, Long.numberOfTrailingZeros(at));
      while (at - (1L << order) < first) {
        order--;
      }
      at -= 1L << order;
      table.freeHead(at, order);
      free[order].add(at >>> order);
    }
    freeFrames += end - first;
  }

  /** Number of free frames. */
  public synchronized long freeFrames() {
    return freeFrames;
  }

  /** Number of free frames that are kept for domains. */
  public synchronized long claimedFrames() {
    return claimedFrames;
  }

  /**
   * Keeps free frames for a domain, once, or ends that.
   *
   * @param pages number of frames that the domain is to have altogether (any value), 0 for no claim
   * @param owned number of frames that it has
   * @return 0 or a negative errno
   */
  public synchronized int claim(FrameClaim claim, long pages, long owned) {
    if (pages == 0) {
      set(claim, 0);
      return 0;
    }
    if (claim.outstanding != 0 || pages <= owned) {
      return -Errno.EINVAL;
    }
    if (pages - owned > freeFrames - claimedFrames) {
      return -Errno.ENOMEM;
    }
    set(claim, pages - owned);
    return 0;
  }

  /** A domain got frames, or lost them (negative): fewer or more are kept for it as long as any. */
  public void counted(FrameClaim claim, long frames) {
    if (claim.outstanding != 0) {
      synchronized (this) {
        if (claim.outstanding != 0) {
          set(claim, Math.max(0, claim.outstanding - frames));
        }
      }
    }
  }

  private void set(FrameClaim claim, long frames) {
    claimedFrames += frames - claim.outstanding;
    claim.outstanding = frames;
  }

  /**
   * Takes an aligned block of frames; nobody owns them yet.
   *
   * @param order binary logarithm of the number of frames, any value
   * @param claim what is kept for the domain that they are for; null when they do not count for one
   * @return the first frame, or -1 when there is no such block
   */
  public long allocate(int order, FrameClaim claim) {
    if (order < 0 || order > MAX_ORDER) {
      return -1;
    }
    long mfn;
    boolean discard;
    synchronized (this) {
      mfn = take(order, claim);
      // A file's pages would come back.
      discard = mfn >= 0 && mapped.taken(mfn, 1L << order) && order >= DISCARD_ORDER;
    }
    if (mfn >= 0) {
      clear(mfn, 1L << order, discard);
    }
    return mfn;
  }

  private void clear(long first, long count, boolean discard) {
    boolean used = false;
    for (long frame = first; frame < first + count; frame++) {
      if (table.usedBefore(frame)) {
        used = true;
        if (!discard) {
          HostMemory.fill(memory.address(frame), MachineMemory.FRAME_SIZE, (byte) 0);
        }
        codeMap.written(frame);
      }
    }
    if (discard && used) {
      memory.discard(first, count);
    }
  }

  /**
   * Has frames that are in use hold the same as pages that nobody changes. They get memory of their
   * own when they are written. Nobody may use them meanwhile, and nobody has executed them.
   *
   * @return false when the host refuses: nothing has changed
   */
  public synchronized boolean map(long first, int count, FrozenLayer layer, int page) {
    return mapped.map(first, count, layer, page);
  }

  /** Tells from where frames that are in use are mapped; pages stay while the visitor is told. */
  public synchronized void origins(long first, int count, OriginVisitor visitor) {
    mapped.origins(first, count, visitor);
  }

  /** Hears from where frames are mapped. */
  @FunctionalInterface
  public interface OriginVisitor {
    /** Neighbouring frames show neighbouring pages of a layer, where nobody has written them. */
    void mapped(long first, int count, FrozenLayer layer, int page);
  }

  /** How many ranges of frames are mapped from somewhere; a statistic for tests. */
  public synchronized int mappedRanges() {
    return mapped.count();
  }

  private long take(int order, FrameClaim claim) {
    long frames = 1L << order;
    boolean kept = claim != null && claim.outstanding >= frames;
    if (!kept && frames > freeFrames - claimedFrames) {
      return -1;
    }
    int have = order;
    while (free[have].first() < 0) {
      if (++have > MAX_ORDER) {
        return -1;
      }
    }
    long mfn = free[have].first() << have;
    free[have].remove(mfn >>> have);
    table.notFreeHead(mfn);
    while (have > order) {
      have--;
      long upper = mfn + (1L << have);
      table.freeHead(upper, have);
      free[have].add(upper >>> have);
    }
    freeFrames -= 1L << order;
    return mfn;
  }

  /** Gives one frame back. Nobody refers to it any more. */
  public synchronized void free(long mfn) {
    table.markUsed(mfn);
    mapped.freed(mfn);
    freeFrames++;
    long block = mfn;
    int order = 0;
    while (order < MAX_ORDER) {
      long buddy = block ^ 1L << order;
      if (!table.contains(buddy) || table.freeOrder(buddy) != order) {
        break;
      }
      free[order].remove(buddy >>> order);
      table.notFreeHead(buddy);
      block &= ~(1L << order);
      order++;
    }
    table.freeHead(block, order);
    free[order].add(block >>> order);
    if (order >= DISCARD_ORDER) {
      giveBack(mfn & -1L << DISCARD_ORDER);
    }
  }

  /** The host gets what backed a block, now that the last frame of it is free. */
  private void giveBack(long first) {
    long count = 1L << DISCARD_ORDER;
    if (!mapped.touch(first, count)) {
      // Where the host does not take it, it is cleared when somebody gets it.
      boolean unused = memory.giveBack(first, count);
    }
  }
}
