package dev.zendo.hypervisor.engine.fpu;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Packs, horizontal additions and the other packed integer instructions that combine elements
 * across a register, as {@link SimdFunction}s. Stateless and thread-safe.
 */
public final class SimdHorizontal {
  private SimdHorizontal() {}

  private static int clamp(int value, int low, int high) {
    return Math.max(Math.min(value, high), low);
  }

  /** Narrows four words to four bytes. */
  private static long packWords(long value, int low, int high) {
    long result = 0;
    for (int i = 0; i < 4; i++) {
      result |= (clamp((short) (value >>> 16 * i), low, high) & 0xffL) << 8 * i;
    }
    return result;
  }

  /** Narrows two doublewords to two words. */
  private static long packDoublewords(long value, int low, int high) {
    return clamp((int) value, low, high) & 0xffffL
        | (clamp((int) (value >>> 32), low, high) & 0xffffL) << 16;
  }

  private static long pack(long value, int operation) {
    switch (operation) {
      case PACKSSWB:
        return packWords(value, -0x80, 0x7f);
      case PACKUSWB:
        return packWords(value, 0, 0xff);
      case PACKSSDW:
        return packDoublewords(value, -0x8000, 0x7fff);
      default:
        return packDoublewords(value, 0, 0xffff);
    }
  }

  public static final int PACKSSWB = 0;
  public static final int PACKUSWB = 1;
  public static final int PACKSSDW = 2;
  public static final int PACKUSDW = 3;

  /** The packs of XMM registers. */
  public static SimdFunction pack(int operation) {
    return (to, from, immediate) -> {
      long low = HostMemory.getLong(to);
      long high = HostMemory.getLong(to + 8);
      long sourceLow = HostMemory.getLong(from);
      long sourceHigh = HostMemory.getLong(from + 8);
      SimdShuffles.put(
          to,
          pack(low, operation) | pack(high, operation) << 32,
          pack(sourceLow, operation) | pack(sourceHigh, operation) << 32);
    };
  }

  /** The packs of MMX registers. */
  public static SimdFunction packMmx(int operation) {
    return (to, from, immediate) ->
        HostMemory.putLong(
            to,
            pack(HostMemory.getLong(to), operation)
                | pack(HostMemory.getLong(from), operation) << 32);
  }

  public static final int PHADDW = 0;
  public static final int PHADDD = 1;
  public static final int PHADDSW = 2;
  public static final int PHSUBW = 3;
  public static final int PHSUBD = 4;
  public static final int PHSUBSW = 5;

  /** Combines neighbours in 64 bits to 32 bits. */
  private static long fold(long value, int operation) {
    if (operation == PHADDD) {
      return (int) value + (int) (value >>> 32) & 0xffffffffL;
    }
    if (operation == PHSUBD) {
      return (int) value - (int) (value >>> 32) & 0xffffffffL;
    }
    return foldWords((int) value, operation) | foldWords((int) (value >>> 32), operation) << 16;
  }

  private static long foldWords(int value, int operation) {
    int even = (short) value;
    int odd = value >> 16;
    int sum = operation == PHADDW || operation == PHADDSW ? even + odd : even - odd;
    if (operation == PHADDSW || operation == PHSUBSW) {
      sum = clamp(sum, -0x8000, 0x7fff);
    }
    return sum & 0xffffL;
  }

  /** PHADD and PHSUB of XMM registers. */
  public static SimdFunction horizontal(int operation) {
    return (to, from, immediate) -> {
      long low = HostMemory.getLong(to);
      long high = HostMemory.getLong(to + 8);
      long sourceLow = HostMemory.getLong(from);
      long sourceHigh = HostMemory.getLong(from + 8);
      SimdShuffles.put(
          to,
          fold(low, operation) | fold(high, operation) << 32,
          fold(sourceLow, operation) | fold(sourceHigh, operation) << 32);
    };
  }

  /** PHADD and PHSUB of MMX registers. */
  public static SimdFunction horizontalMmx(int operation) {
    return (to, from, immediate) ->
        HostMemory.putLong(
            to,
            fold(HostMemory.getLong(to), operation)
                | fold(HostMemory.getLong(from), operation) << 32);
  }

  /** PHMINPOSUW. */
  public static void phminposuw(long to, long from, int immediate) {
    int least = 0xffff;
    int position = 0;
    for (int i = 7; i >= 0; i--) {
      int value = HostMemory.getShort(from + 2L * i) & 0xffff;
      if (value <= least) {
        least = value;
        position = i;
      }
    }
    SimdShuffles.put(to, least | (long) position << 16, 0);
  }

  /** MPSADBW. */
  public static void mpsadbw(long to, long from, int immediate) {
    int fixed = HostMemory.getInt(from + 4L * (immediate & 3));
    int offset = immediate & 4;
    long low = 0;
    long high = 0;
    for (int i = 0; i < 4; i++) {
      low |= distance(HostMemory.getInt(to + offset + i), fixed) << 16 * i;
    }
    for (int i = 0; i < 4; i++) {
      high |= distance(HostMemory.getInt(to + offset + 4 + i), fixed) << 16 * i;
    }
    SimdShuffles.put(to, low, high);
  }

  private static long distance(int x, int y) {
    return SimdProducts.psadbw(x & 0xffffffffL, y & 0xffffffffL);
  }

  /** PTEST: ZF (0x40) and CF (1). */
  public static int ptest(long to, long from) {
    long x0 = HostMemory.getLong(to);
    long x1 = HostMemory.getLong(to + 8);
    long y0 = HostMemory.getLong(from);
    long y1 = HostMemory.getLong(from + 8);
    return ((x0 & y0 | x1 & y1) == 0 ? 0x40 : 0) | ((~x0 & y0 | ~x1 & y1) == 0 ? 1 : 0);
  }
}
