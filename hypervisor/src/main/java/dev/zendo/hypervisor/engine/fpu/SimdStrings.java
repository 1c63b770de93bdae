package dev.zendo.hypervisor.engine.fpu;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM (SDM volume 2, 4.1 "Imm8 control byte operation").
 *
 * <p>A comparison gives a packed word: result bits in the low half, flags above. Stateless and
 * thread-safe.
 */
public final class SimdStrings {
  private static final int CF = 1 << 16;
  private static final int ZF = 1 << 22;
  private static final int SF = 1 << 23;
  private static final int OF = 1 << 27;

  private SimdStrings() {}

  /**
   * Compares strings with explicit lengths.
   *
   * @param first host address of the first operand
   * @param second host address of the second operand
   * @param firstLength EAX or RAX, signed
   * @param secondLength EDX or RDX, signed
   * @return IntRes2 in bits 15:0 and the arithmetic flags, shifted left by 16
   */
  public static int explicit(
      long first, long second, long firstLength, long secondLength, int immediate) {
    int count = elements(immediate);
    return compare(
        first, second, length(firstLength, count), length(secondLength, count), immediate);
  }

  /** Compares strings that a zero element ends; the result is as for {@link #explicit}. */
  public static int implicit(long first, long second, int immediate) {
    return compare(first, second, end(first, immediate), end(second, immediate), immediate);
  }

  private static int elements(int immediate) {
    return (immediate & 1) == 0 ? 16 : 8;
  }

  private static int length(long value, int count) {
    if (value < 0) {
      return value > -count ? (int) -value : count;
    }
    return (int) Math.min(value, count);
  }

  private static int end(long at, int immediate) {
    int count = elements(immediate);
    for (int i = 0; i < count; i++) {
      if (element(at, i, immediate) == 0) {
        return i;
      }
    }
    return count;
  }

  private static int element(long at, int i, int immediate) {
    switch (immediate & 3) {
      case 0:
        return HostMemory.getByte(at + i) & 0xff;
      case 1:
        return HostMemory.getShort(at + 2L * i) & 0xffff;
      case 2:
        return HostMemory.getByte(at + i);
      default:
        return HostMemory.getShort(at + 2L * i);
    }
  }

  private static int compare(long x, long y, int xLength, int yLength, int immediate) {
    int count = elements(immediate);
    int all = (1 << count) - 1;
    int result;
    switch (immediate >> 2 & 3) {
      case 0:
        result = equalAny(x, y, xLength, yLength, immediate);
        break;
      case 1:
        result = ranges(x, y, xLength, yLength, immediate);
        break;
      case 2:
        result = equalEach(x, y, xLength, yLength, immediate);
        break;
      default:
        result = equalOrdered(x, y, xLength, yLength, immediate);
        break;
    }
    int polarity = immediate >> 4 & 3;
    if (polarity == 1) {
      result ^= all;
    } else if (polarity == 3) {
      result ^= (1 << yLength) - 1;
    }
    return result
        | (result != 0 ? CF : 0)
        | (yLength < count ? ZF : 0)
        | (xLength < count ? SF : 0)
        | ((result & 1) != 0 ? OF : 0);
  }

  private static int equalAny(long x, long y, int xLength, int yLength, int immediate) {
    int result = 0;
    for (int j = 0; j < yLength; j++) {
      int wanted = element(y, j, immediate);
      for (int i = 0; i < xLength; i++) {
        if (element(x, i, immediate) == wanted) {
          result |= 1 << j;
        }
      }
    }
    return result;
  }

  private static int ranges(long x, long y, int xLength, int yLength, int immediate) {
    int result = 0;
    for (int j = 0; j < yLength; j++) {
      int value = element(y, j, immediate);
      for (int i = 0; i + 1 < xLength; i += 2) {
        if (value >= element(x, i, immediate) && value <= element(x, i + 1, immediate)) {
          result |= 1 << j;
        }
      }
    }
    return result;
  }

  private static int equalEach(long x, long y, int xLength, int yLength, int immediate) {
    int result = 0;
    for (int i = 0; i < elements(immediate); i++) {
      boolean bothEnded = i >= xLength && i >= yLength;
      boolean bothThere = i < xLength && i < yLength;
      if (bothEnded || (bothThere && element(x, i, immediate) == element(y, i, immediate))) {
        result |= 1 << i;
      }
    }
    return result;
  }

  private static int equalOrdered(long x, long y, int xLength, int yLength, int immediate) {
    int count = elements(immediate);
    int result = 0;
    for (int j = 0; j < count; j++) {
      boolean match = true;
      for (int i = 0; i < xLength && i + j < count && match; i++) {
        match = i + j < yLength && element(x, i, immediate) == element(y, i + j, immediate);
      }
      if (match) {
        result |= 1 << j;
      }
    }
    return result;
  }

  /** The arithmetic flags of a comparison. */
  public static int flags(int packed) {
    return packed >>> 16;
  }

  /** ECX of the index forms. */
  public static int index(int packed, int immediate) {
    int result = packed & 0xffff;
    if (result == 0) {
      return elements(immediate);
    }
    return (immediate & 0x40) != 0
        ? 31 - Integer.numberOfLeadingZeros(result)
        : Integer.numberOfTrailingZeros(result);
  }

  /** Writes XMM0 of the mask forms. */
  public static void mask(long to, int packed, int immediate) {
    int result = packed & 0xffff;
    if ((immediate & 0x40) == 0) {
      SimdShuffles.put(to, result, 0);
      return;
    }
    int width = 16 / elements(immediate);
    for (int i = 0; i < 16; i++) {
      HostMemory.putByte(to + i, (byte) -(result >> i / width & 1));
    }
  }
}
