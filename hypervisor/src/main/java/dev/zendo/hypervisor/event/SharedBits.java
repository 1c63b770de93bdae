package dev.zendo.hypervisor.event;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Atomic operations on bit maps of 64-bit words that a guest shares. Stateless.
 *
 * <p>Those that change a bit are full fences, also where there is nothing to change: what the guest
 * stored before is visible before the bit is looked at, as with a locked instruction. Otherwise an
 * event is lost whose receiver clears the bit and then looks for what is new.
 */
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
        if (test(base, bit)) {
          return true;
        }
        continue;
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
        if (!test(base, bit)) {
          return false;
        }
        continue;
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
