package dev.zendo.hypervisor.engine.fpu;

import dev.zendo.hypervisor.machine.HostMemory;

/** Packed shifts. Counts are unsigned 64-bit numbers. Stateless and thread-safe. */
public final class SimdShifts {
  private static final long LOW_OF_WORDS = 0x0001000100010001L;

  private SimdShifts() {}

  /** A shift of all elements in 64 bits by one count. */
  @FunctionalInterface
  public interface Shift {
    /** Shifts. */
    long apply(long value, long count);
  }

  private static boolean beyond(long count, int width) {
    return Long.compareUnsigned(count, width) >= 0;
  }

  /** PSLLW. */
  public static long psllw(long value, long count) {
    return beyond(count, 16) ? 0 : value << count & LOW_OF_WORDS * (0xffff << count & 0xffff);
  }

  /** PSLLD. */
  public static long pslld(long value, long count) {
    return beyond(count, 32) ? 0 : value >>> 32 << 32 + count | (int) value << count & 0xffffffffL;
  }

  /** PSLLQ. */
  public static long psllq(long value, long count) {
    return beyond(count, 64) ? 0 : value << count;
  }

  /** PSRLW. */
  public static long psrlw(long value, long count) {
    return beyond(count, 16) ? 0 : value >>> count & LOW_OF_WORDS * (0xffff >>> count);
  }

  /** PSRLD. */
  public static long psrld(long value, long count) {
    return beyond(count, 32) ? 0 : value >>> 32 + count << 32 | (value & 0xffffffffL) >>> count;
  }

  /** PSRLQ. */
  public static long psrlq(long value, long count) {
    return beyond(count, 64) ? 0 : value >>> count;
  }

  /** PSRAW. */
  public static long psraw(long value, long count) {
    int shift = beyond(count, 16) ? 15 : (int) count;
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= ((short) (value >>> i) >> shift & 0xffffL) << i;
    }
    return result;
  }

  /** PSRAD. */
  public static long psrad(long value, long count) {
    int shift = beyond(count, 32) ? 31 : (int) count;
    return (value >> 32 >> shift) << 32 | (int) value >> shift & 0xffffffffL;
  }

  /** PSRLDQ. */
  public static void psrldq(long to, long from, int immediate) {
    SimdShuffles.extract(to, HostMemory.getLong(to), HostMemory.getLong(to + 8), 0, 0, immediate);
  }

  /** PSLLDQ. */
  public static void pslldq(long to, long from, int immediate) {
    long low = HostMemory.getLong(to);
    long high = HostMemory.getLong(to + 8);
    if (immediate >= 16) {
      SimdShuffles.put(to, 0, 0);
    } else {
      SimdShuffles.extract(to, 0, 0, low, high, 16 - immediate);
    }
  }
}
