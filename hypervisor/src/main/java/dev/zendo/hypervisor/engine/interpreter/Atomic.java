package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Atomic compare-and-set on host memory for every operand size and alignment inside a page.
 *
 * <p>1- and 2-byte forms work on the 4-byte word around the operand, because the JVM offers those
 * sizes only in its optimising compiler.
 */
final class Atomic {
  private Atomic() {}

  /**
   * Whether memory held the low {@code size} bytes of {@code expected} and now holds {@code value}.
   */
  static boolean compareAndSet(long at, int size, long expected, long value) {
    if (size == 8) {
      return HostMemory.compareAndSetLong(at, expected, value);
    }
    if (size == 4) {
      return HostMemory.compareAndSetInt(at, (int) expected, (int) value);
    }
    return narrow(at, size, expected, value);
  }

  private static boolean narrow(long at, int size, long expected, long value) {
    int inWord = (int) at & 3;
    long word = inWord + size <= 4 ? at - inWord : at - 1;
    int shift = (int) (at - word) << 3;
    int mask = (int) Width.mask(size) << shift;
    for (; ; ) {
      int old = HostMemory.getIntAcquire(word);
      if (((old ^ (int) (expected << shift)) & mask) != 0) {
        return false;
      }
      int updated = old & ~mask | (int) (value << shift) & mask;
      if (HostMemory.compareAndSetInt(word, old, updated)) {
        return true;
      }
    }
  }
}
