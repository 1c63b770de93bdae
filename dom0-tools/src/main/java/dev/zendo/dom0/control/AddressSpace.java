package dev.zendo.dom0.control;

import java.util.Map;
import java.util.TreeMap;

/**
 * Hands out ranges of guest frame numbers above the control domain's RAM, for mappings. First fit,
 * so the space stays compact. Thread-safe.
 */
final class AddressSpace {
  private final long end;
  private final TreeMap<Long, Long> free = new TreeMap<>();

  /** A space of free frames from {@code start} up to {@code end}, exclusive. */
  AddressSpace(long start, long end) {
    this.end = end;
    free.put(start, end - start);
  }

  /** Takes a range of frames and returns the first. */
  synchronized long take(long frames) {
    for (Map.Entry<Long, Long> hole : free.entrySet()) {
      if (hole.getValue() >= frames) {
        return takeFrom(hole.getKey(), hole.getValue(), frames);
      }
    }
    throw new IllegalStateException("the control domain's address space is full below " + end);
  }

  private long takeFrom(long start, long size, long frames) {
    free.remove(start);
    if (size > frames) {
      free.put(start + frames, size - frames);
    }
    return start;
  }

  /** Gives a range back. */
  synchronized void give(long start, long frames) {
    long first = start;
    long size = frames;
    Map.Entry<Long, Long> below = free.floorEntry(start);
    if (below != null && below.getKey() + below.getValue() == start) {
      first = below.getKey();
      size += below.getValue();
    }
    Long above = free.remove(start + frames);
    if (above != null) {
      size += above;
    }
    free.put(first, size);
  }
}
