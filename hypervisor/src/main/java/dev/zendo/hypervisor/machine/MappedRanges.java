package dev.zendo.hypervisor.machine;

import java.util.BitSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The ranges of frames that the host maps copy-on-write from a {@link FrozenLayer}. Frames of a
 * range may be used for anything, as each gets memory of its own when it is written; when all of
 * them are free, the range becomes ordinary memory again. Guarded by the {@link FrameAllocator}'s
 * lock.
 */
final class MappedRanges {
  /** So that they leave most of the 65530 mappings that Linux gives a process to others. */
  static final int MOST = 24_000;

  private final MachineMemory memory;
  private final NavigableMap<Long, Range> ranges = new TreeMap<>();

  /** Frames of ranges that nobody uses. */
  private final BitSet unused = new BitSet();

  MappedRanges(MachineMemory memory) {
    this.memory = memory;
  }

  /** Where a frame was freed last, as a domain frees them in their order; null for no range. */
  private Range recent;

  /** Frames up to the end, exclusive, so many of which are not in use. */
  private static final class Range {
    final long first;
    final long end;
    final FrozenLayer layer;

    /** What the first frame shows. */
    final int page;

    int free;

    Range(long first, long end, FrozenLayer layer, int page) {
      this.first = first;
      this.end = end;
      this.layer = layer;
      this.page = page;
    }
  }

  int count() {
    return ranges.size();
  }

  /**
   * Maps pages at frames that are in use.
   *
   * @return false when the host refuses: nothing has changed
   */
  boolean map(long first, int count, FrozenLayer layer, int page) {
    if (ranges.size() >= MOST || layer.file() < 0) {
      return false;
    }
    try {
      memory.map(first, count, layer, page);
    } catch (UnsupportedOperationException e) {
      return false;
    }
    layer.retain(page, count);
    cut(first, first + count);
    ranges.put(first, new Range(first, first + count, layer, page));
    return true;
  }

  /** Tells from where frames that are in use are mapped. */
  void origins(long first, int count, FrameAllocator.OriginVisitor visitor) {
    long end = first + count;
    Map.Entry<Long, Range> entry = ranges.lowerEntry(end);
    while (entry != null && entry.getValue().end > first) {
      Range range = entry.getValue();
      long from = Math.max(first, entry.getKey());
      int frames = (int) (Math.min(end, range.end) - from);
      visitor.mapped(from, frames, range.layer, range.page + (int) (from - entry.getKey()));
      entry = ranges.lowerEntry(entry.getKey());
    }
  }

  /** Takes frames that are in use out of the ranges in which they were. */
  private void cut(long first, long end) {
    Map.Entry<Long, Range> entry = ranges.lowerEntry(end);
    while (entry != null && entry.getValue().end > first) {
      Range range = entry.getValue();
      remove(range);
      int before = (int) Math.max(0, first - range.first);
      int behind = (int) Math.max(0, range.end - end);
      int length = (int) (range.end - range.first);
      range.layer.release(range.page + before, length - before - behind);
      keep(range.first, range.first + before, range.layer, range.page);
      keep(range.end - behind, range.end, range.layer, range.page + length - behind);
      entry = ranges.lowerEntry(end);
    }
  }

  private void keep(long first, long end, FrozenLayer layer, int page) {
    if (first >= end) {
      return;
    }
    Range range = new Range(first, end, layer, page);
    for (int at = unused.nextSetBit((int) first);
        at >= 0 && at < end;
        at = unused.nextSetBit(at + 1)) {
      range.free++;
    }
    ranges.put(first, range);
    unmapIfFree(range);
  }

  private void remove(Range range) {
    ranges.remove(range.first);
    recent = null;
  }

  /** A frame is not in use any more. */
  void freed(long mfn) {
    Range range = recent;
    if (range == null || mfn < range.first || mfn >= range.end) {
      range = of(mfn);
      recent = range;
    }
    if (range != null) {
      unused.set((int) mfn);
      range.free++;
      unmapIfFree(range);
    }
  }

  /** The range of a frame; null when it is in none. */
  private Range of(long mfn) {
    Map.Entry<Long, Range> entry = ranges.isEmpty() ? null : ranges.floorEntry(mfn);
    return entry == null || mfn >= entry.getValue().end ? null : entry.getValue();
  }

  private void unmapIfFree(Range range) {
    long count = range.end - range.first;
    if (range.free == count && memory.unmap(range.first, count)) {
      unused.clear((int) range.first, (int) range.end);
      remove(range);
      range.layer.release(range.page, (int) count);
    }
  }

  /** Whether any of some frames is in a range. */
  boolean touch(long first, long count) {
    Map.Entry<Long, Range> entry = ranges.lowerEntry(first + count);
    return entry != null && entry.getValue().end > first;
  }

  /**
   * Frames will be in use.
   *
   * @return whether none of them is in a range
   */
  boolean taken(long first, long count) {
    if (ranges.isEmpty()) {
      return true;
    }
    boolean none = true;
    Map.Entry<Long, Range> entry = ranges.lowerEntry(first + count);
    while (entry != null && entry.getValue().end > first) {
      none = false;
      long from = Math.max(first, entry.getKey());
      long to = Math.min(first + count, entry.getValue().end);
      entry.getValue().free -= (int) (to - from);
      unused.clear((int) from, (int) to);
      entry = ranges.lowerEntry(entry.getKey());
    }
    return none;
  }
}
