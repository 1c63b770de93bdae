package dev.zendo.hypervisor.paging.model;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** A set of 64-bit numbers with a fixed capacity. Thread-safe. */
final class FingerprintSet {
  private final AtomicLongArray table;
  private final AtomicLong size = new AtomicLong();

  /** Room for {@code 2^order} numbers, which should not be filled by more than three quarters. */
  FingerprintSet(int order) {
    table = new AtomicLongArray(1 << order);
  }

  /** Adds a number; false when it was there. */
  boolean add(long number) {
    long value = number == 0 ? 1 : number;
    int mask = table.length() - 1;
    int at = (int) (value ^ value >>> 32) & mask;
    while (true) {
      long there = table.get(at);
      if (there == value) {
        return false;
      }
      if (there == 0) {
        if (table.compareAndSet(at, 0, value)) {
          size.incrementAndGet();
          return true;
        }
      } else {
        at = at + 1 & mask;
      }
    }
  }

  long size() {
    return size.get();
  }

  /** Whether no more should be added. */
  boolean isFull() {
    return size.get() > table.length() / 4L * 3;
  }
}
