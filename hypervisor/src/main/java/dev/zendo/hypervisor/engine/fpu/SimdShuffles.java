package dev.zendo.hypervisor.engine.fpu;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Instructions that move elements across a register: shuffles, unpacks, blends, inserts, extracts
 * and widening moves, as {@link SimdFunction}s. Stateless and thread-safe.
 */
public final class SimdShuffles {
  private SimdShuffles() {}

  static void put(long to, long low, long high) {
    HostMemory.putLong(to, low);
    HostMemory.putLong(to + 8, high);
  }

  /** Interleaves the low halves of two 64-bit values, element by element. */
  private static long interleave(long x, long y, int width) {
    switch (width) {
      case 1:
        return spreadBytes(x) | spreadBytes(y) << 8;
      case 2:
        return spreadWords(x) | spreadWords(y) << 16;
      default:
        return x & 0xffffffffL | y << 32;
    }
  }

  private static long spreadWords(long x) {
    return x & 0xffff | (x & 0xffff0000L) << 16;
  }

  private static long spreadBytes(long x) {
    long words = spreadWords(x);
    return words & 0x000000ff000000ffL | (words & 0x0000ff000000ff00L) << 8;
  }

  /** PUNPCKL and UNPCKL of 1, 2, 4 or 8 byte elements, 16 byte registers. */
  public static SimdFunction unpackLow(int width) {
    return (to, from, immediate) -> {
      long x = HostMemory.getLong(to);
      long y = HostMemory.getLong(from);
      unpack(to, x, y, width);
    };
  }

  /** PUNPCKH and UNPCKH of 1, 2, 4 or 8 byte elements, 16 byte registers. */
  public static SimdFunction unpackHigh(int width) {
    return (to, from, immediate) -> {
      long x = HostMemory.getLong(to + 8);
      long y = HostMemory.getLong(from + 8);
      unpack(to, x, y, width);
    };
  }

  private static void unpack(long to, long x, long y, int width) {
    if (width == 8) {
      put(to, x, y);
    } else {
      put(to, interleave(x, y, width), interleave(x >>> 32, y >>> 32, width));
    }
  }

  /** PUNPCKL of MMX registers; reads four bytes of the source. */
  public static SimdFunction unpackLowMmx(int width) {
    return (to, from, immediate) ->
        HostMemory.putLong(to, interleave(HostMemory.getLong(to), HostMemory.getInt(from), width));
  }

  /** PUNPCKH of MMX registers. */
  public static SimdFunction unpackHighMmx(int width) {
    return (to, from, immediate) ->
        HostMemory.putLong(
            to, interleave(HostMemory.getLong(to) >>> 32, HostMemory.getLong(from) >>> 32, width));
  }

  private static int element(long at, int i) {
    return HostMemory.getInt(at + 4L * (i & 3));
  }

  private static long pair(int low, int high) {
    return low & 0xffffffffL | (long) high << 32;
  }

  /** PSHUFD. */
  public static void pshufd(long to, long from, int immediate) {
    long low = pair(element(from, immediate), element(from, immediate >> 2));
    long high = pair(element(from, immediate >> 4), element(from, immediate >> 6));
    put(to, low, high);
  }

  /** SHUFPS. */
  public static void shufps(long to, long from, int immediate) {
    long low = pair(element(to, immediate), element(to, immediate >> 2));
    long high = pair(element(from, immediate >> 4), element(from, immediate >> 6));
    put(to, low, high);
  }

  /** SHUFPD. */
  public static void shufpd(long to, long from, int immediate) {
    long low = HostMemory.getLong(to + 8L * (immediate & 1));
    long high = HostMemory.getLong(from + 8L * (immediate >> 1 & 1));
    put(to, low, high);
  }

  private static long shuffleWords(long value, int immediate) {
    long result = 0;
    for (int i = 0; i < 4; i++) {
      result |= (value >>> 16 * (immediate >> 2 * i & 3) & 0xffff) << 16 * i;
    }
    return result;
  }

  /** PSHUFW. */
  public static void pshufw(long to, long from, int immediate) {
    HostMemory.putLong(to, shuffleWords(HostMemory.getLong(from), immediate));
  }

  /** PSHUFLW. */
  public static void pshuflw(long to, long from, int immediate) {
    put(to, shuffleWords(HostMemory.getLong(from), immediate), HostMemory.getLong(from + 8));
  }

  /** PSHUFHW. */
  public static void pshufhw(long to, long from, int immediate) {
    put(to, HostMemory.getLong(from), shuffleWords(HostMemory.getLong(from + 8), immediate));
  }

  /** PSHUFB. */
  public static void pshufb(long to, long from, int immediate) {
    long low = HostMemory.getLong(to);
    long high = HostMemory.getLong(to + 8);
    long lowControl = HostMemory.getLong(from);
    long highControl = HostMemory.getLong(from + 8);
    put(to, pick(low, high, lowControl, 15), pick(low, high, highControl, 15));
  }

  /** PSHUFB of MMX registers. */
  public static void pshufbMmx(long to, long from, int immediate) {
    HostMemory.putLong(to, pick(HostMemory.getLong(to), 0, HostMemory.getLong(from), 7));
  }

  private static long pick(long low, long high, long control, int mask) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      int which = (int) (control >>> i);
      if ((which & 0x80) == 0) {
        long half = (which & mask & 8) == 0 ? low : high;
        result |= (half >>> 8 * (which & 7) & 0xff) << i;
      }
    }
    return result;
  }

  /** Stores bytes {@code shift} to {@code shift + 15} of four words; zero beyond them. */
  static void extract(long to, long w0, long w1, long w2, long w3, int shift) {
    put(to, at(w0, w1, w2, w3, shift), at(w0, w1, w2, w3, shift + 8));
  }

  private static long at(long w0, long w1, long w2, long w3, int shift) {
    long low = word(w0, w1, w2, w3, shift >> 3);
    long high = word(w0, w1, w2, w3, (shift >> 3) + 1);
    int bits = (shift & 7) * 8;
    return bits == 0 ? low : low >>> bits | high << 64 - bits;
  }

  private static long word(long w0, long w1, long w2, long w3, int i) {
    if (i < 2) {
      return i == 0 ? w0 : w1;
    }
    return i == 2 ? w2 : i == 3 ? w3 : 0;
  }

  /** PALIGNR. */
  public static void palignr(long to, long from, int immediate) {
    extract(
        to,
        HostMemory.getLong(from),
        HostMemory.getLong(from + 8),
        HostMemory.getLong(to),
        HostMemory.getLong(to + 8),
        immediate & 0xff);
  }

  /** PALIGNR of MMX registers. */
  public static void palignrMmx(long to, long from, int immediate) {
    long low = HostMemory.getLong(from);
    long high = HostMemory.getLong(to);
    HostMemory.putLong(to, at(low, high, 0, 0, immediate & 0xff));
  }

  /** MOVSLDUP. */
  public static void movsldup(long to, long from, int immediate) {
    pshufd(to, from, 0xa0);
  }

  /** MOVSHDUP. */
  public static void movshdup(long to, long from, int immediate) {
    pshufd(to, from, 0xf5);
  }

  /** MOVDDUP; reads 8 bytes of the source. */
  public static void movddup(long to, long from, int immediate) {
    long value = HostMemory.getLong(from);
    put(to, value, value);
  }

  /** INSERTPS with a register source; from memory the selector bits are not used. */
  public static void insertps(long to, long from, int immediate) {
    insert(to, element(from, immediate >> 6), immediate);
  }

  /** INSERTPS from memory; reads 4 bytes of the source. */
  public static void insertpsMemory(long to, long from, int immediate) {
    insert(to, HostMemory.getInt(from), immediate);
  }

  private static void insert(long to, int value, int immediate) {
    HostMemory.putInt(to + 4L * (immediate >> 4 & 3), value);
    for (int i = 0; i < 4; i++) {
      if ((immediate >> i & 1) != 0) {
        HostMemory.putInt(to + 4L * i, 0);
      }
    }
  }

  /** PBLENDW (2), BLENDPS (4), BLENDPD (8): elements of the given width. */
  public static SimdFunction blend(int width) {
    return (to, from, immediate) -> {
      for (int i = 0; i < 16 / width; i++) {
        if ((immediate >> i & 1) != 0) {
          copy(to + (long) width * i, from + (long) width * i, width);
        }
      }
    };
  }

  private static void copy(long to, long from, int width) {
    switch (width) {
      case 2:
        HostMemory.putShort(to, HostMemory.getShort(from));
        break;
      case 4:
        HostMemory.putInt(to, HostMemory.getInt(from));
        break;
      default:
        HostMemory.putLong(to, HostMemory.getLong(from));
        break;
    }
  }

  /**
   * PBLENDVB (1), BLENDVPS (4), BLENDVPD (8): the top bit of each mask element chooses.
   *
   * @param mask host address of XMM0
   */
  public static void blendVariable(long to, long from, long mask, int width) {
    for (int i = 0; i < 16; i += 8) {
      long chosen = spreadSign(HostMemory.getLong(mask + i), width);
      long x = HostMemory.getLong(to + i);
      HostMemory.putLong(to + i, x ^ (x ^ HostMemory.getLong(from + i)) & chosen);
    }
  }

  private static long spreadSign(long value, int width) {
    switch (width) {
      case 1:
        return (value >>> 7 & 0x0101010101010101L) * 0xff;
      case 4:
        return (value >>> 31 & 0x0000000100000001L) * 0xffffffffL;
      default:
        return value >> 63;
    }
  }

  /** PMOVSX and PMOVZX; reads only as many bytes of the source as there are results. */
  public static SimdFunction widen(int narrow, int wide, boolean signed) {
    return (to, from, immediate) -> {
      int count = 16 / wide;
      long source = wideLoad(from, narrow * count);
      long low = 0;
      long high = 0;
      for (int i = 0; i < count; i++) {
        int at = 64 - 8 * narrow * (i + 1);
        long value = source << at;
        value = signed ? value >> 64 - 8 * narrow : value >>> 64 - 8 * narrow;
        int bit = 8 * wide * i;
        if (bit < 64) {
          low |= trim(value, wide) << bit;
        } else {
          high |= trim(value, wide) << bit - 64;
        }
      }
      put(to, low, high);
    };
  }

  private static long wideLoad(long from, int bytes) {
    switch (bytes) {
      case 2:
        return HostMemory.getShort(from);
      case 4:
        return HostMemory.getInt(from);
      default:
        return HostMemory.getLong(from);
    }
  }

  private static long trim(long value, int width) {
    return width == 8 ? value : value & (1L << 8 * width) - 1;
  }

  /** PMOVMSKB of 64 bits. */
  public static int signsOfBytes(long value) {
    return (int) ((value & 0x8080808080808080L) * 0x0002040810204081L >>> 56);
  }

  /** MOVMSKPS. */
  public static int movmskps(long from) {
    return signsOfSingles(HostMemory.getLong(from))
        | signsOfSingles(HostMemory.getLong(from + 8)) << 2;
  }

  private static int signsOfSingles(long value) {
    return (int) (value >>> 31 & 1 | value >>> 62 & 2);
  }

  /** MOVMSKPD. */
  public static int movmskpd(long from) {
    return (int) (HostMemory.getLong(from) >>> 63 | HostMemory.getLong(from + 8) >>> 62 & 2);
  }
}
