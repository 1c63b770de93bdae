package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.FrozenPages;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Memory that domains have in common until they write it. No hypercall offers that: only the host
 * knows what backs machine memory. Thread-safe.
 */
public final class CopyOnWrite {
  /** Shorter runs of frames are copied: a mapping costs as much. */
  private static final int LEAST = 16;

  /** So many pages of zeros end a run: mapped ones would take memory, zeros of their own none. */
  private static final int GAP = 128;

  private final MachineMemory memory;
  private final FrameTable table;
  private final FrameAllocator allocator;

  CopyOnWrite(MachineMemory memory, FrameTable table, FrameAllocator allocator) {
    this.memory = memory;
    this.table = table;
    this.allocator = allocator;
  }

  /**
   * Keeps what pages of a domain hold.
   *
   * @param domain its number; it does not run
   * @param frames machine frames, any values; what it does not own becomes a page of zeros
   * @return a page for each
   */
  public FrozenPages freeze(int domain, long[] frames) {
    FrozenPages pages = FrozenPages.allocate(frames.length);
    boolean done = false;
    try {
      for (int i = 0; i < frames.length; ) {
        i += freeze(domain, frames, i, pages);
      }
      done = true;
      return pages;
    } finally {
      if (!done) {
        pages.close();
      }
    }
  }

  /** Keeps a run of neighbours; returns how many frames it was about. */
  private int freeze(int domain, long[] frames, int first, FrozenPages pages) {
    int count = 0;
    while (first + count < frames.length
        && frames[first + count] == frames[first] + count
        && table.get(frames[first + count], domain)) {
      count++;
    }
    try {
      if (count > 0) {
        pages.fill(first, count, memory.address(frames[first]));
      }
    } finally {
      for (int i = 0; i < count; i++) {
        table.put(frames[first + i]);
      }
    }
    return Math.max(1, count);
  }

  /**
   * Gives frames the contents of pages, and shares these where that pays.
   *
   * @param domain their owner, which has not run and does not
   * @param frames machine frames full of zeros; a negative number is none
   * @param pages one for each
   * @return how many pages were copied
   * @throws IllegalStateException when the domain does not own one
   */
  public int thaw(int domain, long[] frames, FrozenPages pages) {
    int copied = 0;
    for (int i = 0; i < frames.length; ) {
      if (frames[i] < 0 || !pages.isFilled(i)) {
        i++;
        continue;
      }
      int end = end(frames, pages, i);
      copied += thaw(domain, frames[i], end - i, pages, i);
      i = end;
    }
    return copied;
  }

  /** How many ranges of frames are mapped; a statistic for tests. */
  public int mappedRanges() {
    return allocator.mappedRanges();
  }

  /** Where a run of neighbours ends, behind its last page that is filled. */
  private static int end(long[] frames, FrozenPages pages, int first) {
    int last = first;
    for (int i = first + 1; i < frames.length && i - last <= GAP; i++) {
      if (frames[i] != frames[first] + (i - first)) {
        break;
      }
      last = pages.isFilled(i) ? i : last;
    }
    return last + 1;
  }

  private int thaw(int domain, long mfn, int count, FrozenPages pages, int page) {
    int held = 0;
    try {
      for (; held < count; held++) {
        if (!table.get(mfn + held, domain)) {
          throw new IllegalStateException("frame " + (mfn + held) + " is none of domain " + domain);
        }
      }
      if (count >= LEAST && allocator.map(mfn, count, pages, page)) {
        return 0;
      }
      for (int i = 0; i < count; i++) {
        if (pages.isFilled(page + i)) {
          long to = memory.address(mfn + i);
          HostMemory.copy(pages.address((long) page + i), to, MachineMemory.FRAME_SIZE);
        }
      }
      return count;
    } finally {
      for (int i = 0; i < held; i++) {
        table.put(mfn + i);
      }
    }
  }
}
