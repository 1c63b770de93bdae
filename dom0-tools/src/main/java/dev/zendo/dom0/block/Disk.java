package dev.zendo.dom0.block;

import dev.zendo.dom0.block.image.DiskImage;
import dev.zendo.hypercalls.io.BlkifLimits;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What is behind a device: an image, or nothing in an empty drive; limits and counters. The image
 * changes only while no request is under way; the rest is thread-safe.
 */
final class Disk {
  private final boolean discardable;
  private volatile DiskImage image;

  private volatile boolean limited;
  private RateLimit byteLimit;
  private RateLimit requestLimit;

  final LongAdder reads = new LongAdder();
  final LongAdder readBytes = new LongAdder();
  final LongAdder writes = new LongAdder();
  final LongAdder writtenBytes = new LongAdder();
  final LongAdder flushes = new LongAdder();
  final LongAdder discards = new LongAdder();
  final LongAdder errors = new LongAdder();

  /**
   * A disk without an image.
   *
   * @param discardable whether guests may discard
   */
  Disk(boolean discardable) {
    this.discardable = discardable;
  }

  /** Whether guests may discard. */
  boolean discards() {
    DiskImage now = image;
    return discardable && now != null && !now.readOnly();
  }

  /** The image; null in an empty drive. */
  DiskImage image() {
    return image;
  }

  /** Sectors of 512 bytes. */
  long sectors() {
    DiskImage now = image;
    return now == null ? 0 : now.size() / BlkifLimits.SECTOR_SIZE;
  }

  /** Puts another image, or null, in place of one, which is closed. */
  void change(DiskImage other) throws IOException {
    DiskImage old = image;
    image = other;
    if (old != null) {
      old.close();
    }
  }

  /** Sets limits per second; 0 for none. */
  synchronized void limit(long bytes, long requests) {
    long now = System.nanoTime();
    byteLimit = bytes > 0 ? new RateLimit(bytes, now) : null;
    requestLimit = requests > 0 ? new RateLimit(requests, now) : null;
    limited = bytes > 0 || requests > 0;
  }

  /** Nanoseconds until the next request may be taken; 0 for now. */
  long delay() {
    if (!limited) {
      return 0;
    }
    synchronized (this) {
      long now = System.nanoTime();
      long bytes = byteLimit == null ? 0 : byteLimit.delay(now);
      return Math.max(bytes, requestLimit == null ? 0 : requestLimit.delay(now));
    }
  }

  /** Counts a request against the limits. */
  void charge(long bytes) {
    if (!limited) {
      return;
    }
    synchronized (this) {
      if (byteLimit != null) {
        byteLimit.take(bytes);
      }
      if (requestLimit != null) {
        requestLimit.take(1);
      }
    }
  }

  Map<String, Object> metrics() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("reads", reads.sum());
    all.put("read-bytes", readBytes.sum());
    all.put("writes", writes.sum());
    all.put("written-bytes", writtenBytes.sum());
    all.put("flushes", flushes.sum());
    all.put("discards", discards.sum());
    all.put("errors", errors.sum());
    return all;
  }
}
