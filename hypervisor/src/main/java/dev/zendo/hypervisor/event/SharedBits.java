package dev.zendo.hypervisor.event;

import dev.zendo.hypervisor.machine.HostMemory;

/** Atomic operations on bit maps of 64-bit words that a guest shares. Stateless. */
final class SharedBits {
  private SharedBits() {}

  static boolean test(long base, int bit) {
    return (HostMemory.getLongAcquire(base + wordOffset(bit)) >>> bit & 1) != 0;
  }

  /** Sets a bit; returns whether it was set before. Sequentially consistent. */
  static boolean testAndSet(long base, int bit) {
    long word = base + wordOffset(bit);
    long mask = 1L << bit;
    while (true) {
      long old = HostMemory.getLongAcquire(word);
      if ((old & mask) != 0) {
        HostMemory.fullFence();
        return true;
      }
      if (HostMemory.compareAndSetLong(word, old, old | mask)) {
        return false;
      }
    }
  }

  /** Clears a bit; returns whether it was set before. Sequentially consistent. */
  static boolean testAndClear(long base, int bit) {
    long word = base + wordOffset(bit);
    long mask = 1L << bit;
    while (true) {
      long old = HostMemory.getLongAcquire(word);
      if ((old & mask) == 0) {
        HostMemory.fullFence();
        return false;
      }
      if (HostMemory.compareAndSetLong(word, old, old & ~mask)) {
        return true;
      }
    }
  }

  private static long wordOffset(int bit) {
    return (long) (bit >>> 6) << 3;
  }
}
