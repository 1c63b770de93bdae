package dev.zendo.hypervisor.engine.fpu;

/**
 * Packed integer arithmetic on 64 bits, named after the instructions; method references to these
 * are {@link LaneFunction}s. Stateless and thread-safe.
 */
public final class SimdLanes {
  private static final long LOW7 = 0x7f7f7f7f7f7f7f7fL;
  private static final long HIGH8 = ~LOW7;
  private static final long LOW15 = 0x7fff7fff7fff7fffL;
  private static final long HIGH16 = ~LOW15;

  private SimdLanes() {}

  private static long signed(int value, int limit) {
    return Math.max(Math.min(value, limit), ~limit);
  }

  private static long pair(int high, int low) {
    return (long) high << 32 | low & 0xffffffffL;
  }

  /** PADDB. */
  public static long paddb(long x, long y) {
    return (x & LOW7) + (y & LOW7) ^ (x ^ y) & HIGH8;
  }

  /** PADDW. */
  public static long paddw(long x, long y) {
    return (x & LOW15) + (y & LOW15) ^ (x ^ y) & HIGH16;
  }

  /** PADDD. */
  public static long paddd(long x, long y) {
    return pair((int) (x >>> 32) + (int) (y >>> 32), (int) x + (int) y);
  }

  /** PADDQ. */
  public static long paddq(long x, long y) {
    return x + y;
  }

  /** PSUBB. */
  public static long psubb(long x, long y) {
    return (x | HIGH8) - (y & LOW7) ^ (x ^ ~y) & HIGH8;
  }

  /** PSUBW. */
  public static long psubw(long x, long y) {
    return (x | HIGH16) - (y & LOW15) ^ (x ^ ~y) & HIGH16;
  }

  /** PSUBD. */
  public static long psubd(long x, long y) {
    return pair((int) (x >>> 32) - (int) (y >>> 32), (int) x - (int) y);
  }

  /** PSUBQ. */
  public static long psubq(long x, long y) {
    return x - y;
  }

  /** PADDSB. */
  public static long paddsb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (signed((byte) (x >>> i) + (byte) (y >>> i), 0x7f) & 0xffL) << i;
    }
    return result;
  }

  /** PADDSW. */
  public static long paddsw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (signed((short) (x >>> i) + (short) (y >>> i), 0x7fff) & 0xffffL) << i;
    }
    return result;
  }

  /** PSUBSB. */
  public static long psubsb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (signed((byte) (x >>> i) - (byte) (y >>> i), 0x7f) & 0xffL) << i;
    }
    return result;
  }

  /** PSUBSW. */
  public static long psubsw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (signed((short) (x >>> i) - (short) (y >>> i), 0x7fff) & 0xffffL) << i;
    }
    return result;
  }

  /** PADDUSB. */
  public static long paddusb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (Math.min((x >>> i & 0xff) + (y >>> i & 0xff), 0xff) & 0xffL) << i;
    }
    return result;
  }

  /** PADDUSW. */
  public static long paddusw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (Math.min((x >>> i & 0xffff) + (y >>> i & 0xffff), 0xffff) & 0xffffL) << i;
    }
    return result;
  }

  /** PSUBUSB. */
  public static long psubusb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (Math.max((x >>> i & 0xff) - (y >>> i & 0xff), 0) & 0xffL) << i;
    }
    return result;
  }

  /** PSUBUSW. */
  public static long psubusw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (Math.max((x >>> i & 0xffff) - (y >>> i & 0xffff), 0) & 0xffffL) << i;
    }
    return result;
  }

  /** PAND. */
  public static long pand(long x, long y) {
    return x & y;
  }

  /** PANDN. */
  public static long pandn(long x, long y) {
    return ~x & y;
  }

  /** POR. */
  public static long por(long x, long y) {
    return x | y;
  }

  /** PXOR. */
  public static long pxor(long x, long y) {
    return x ^ y;
  }

  /** PCMPEQB. */
  public static long pcmpeqb(long x, long y) {
    long t = x ^ y;
    long equal = ~((t & LOW7) + LOW7 | t | LOW7);
    return (equal >>> 7) * 0xff;
  }

  /** PCMPEQW. */
  public static long pcmpeqw(long x, long y) {
    long t = x ^ y;
    long equal = ~((t & LOW15) + LOW15 | t | LOW15);
    return (equal >>> 15) * 0xffff;
  }

  /** PCMPEQD. */
  public static long pcmpeqd(long x, long y) {
    return pair(x >>> 32 == y >>> 32 ? -1 : 0, (int) x == (int) y ? -1 : 0);
  }

  /** PCMPEQQ. */
  public static long pcmpeqq(long x, long y) {
    return x == y ? -1 : 0;
  }

  /** PCMPGTB. */
  public static long pcmpgtb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (((byte) (x >>> i) > (byte) (y >>> i) ? 0xff : 0) & 0xffL) << i;
    }
    return result;
  }

  /** PCMPGTW. */
  public static long pcmpgtw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (((short) (x >>> i) > (short) (y >>> i) ? 0xffff : 0) & 0xffffL) << i;
    }
    return result;
  }

  /** PCMPGTD. */
  public static long pcmpgtd(long x, long y) {
    return pair((int) (x >>> 32) > (int) (y >>> 32) ? -1 : 0, (int) x > (int) y ? -1 : 0);
  }

  /** PCMPGTQ. */
  public static long pcmpgtq(long x, long y) {
    return x > y ? -1 : 0;
  }

  /** PMINUB. */
  public static long pminub(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (Math.min((x >>> i & 0xff), (y >>> i & 0xff)) & 0xffL) << i;
    }
    return result;
  }

  /** PMINSB. */
  public static long pminsb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (Math.min((byte) (x >>> i), (byte) (y >>> i)) & 0xffL) << i;
    }
    return result;
  }

  /** PMINSW. */
  public static long pminsw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (Math.min((short) (x >>> i), (short) (y >>> i)) & 0xffffL) << i;
    }
    return result;
  }

  /** PMINUW. */
  public static long pminuw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (Math.min((x >>> i & 0xffff), (y >>> i & 0xffff)) & 0xffffL) << i;
    }
    return result;
  }

  /** PMINSD. */
  public static long pminsd(long x, long y) {
    return pair(Math.min((int) (x >>> 32), (int) (y >>> 32)), Math.min((int) x, (int) y));
  }

  /** PMINUD. */
  public static long pminud(long x, long y) {
    return pair(
        (int) Math.min(x >>> 32, y >>> 32), (int) Math.min(x & 0xffffffffL, y & 0xffffffffL));
  }

  /** PMAXUB. */
  public static long pmaxub(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (Math.max((x >>> i & 0xff), (y >>> i & 0xff)) & 0xffL) << i;
    }
    return result;
  }

  /** PMAXSB. */
  public static long pmaxsb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (Math.max((byte) (x >>> i), (byte) (y >>> i)) & 0xffL) << i;
    }
    return result;
  }

  /** PMAXSW. */
  public static long pmaxsw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (Math.max((short) (x >>> i), (short) (y >>> i)) & 0xffffL) << i;
    }
    return result;
  }

  /** PMAXUW. */
  public static long pmaxuw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (Math.max((x >>> i & 0xffff), (y >>> i & 0xffff)) & 0xffffL) << i;
    }
    return result;
  }

  /** PMAXSD. */
  public static long pmaxsd(long x, long y) {
    return pair(Math.max((int) (x >>> 32), (int) (y >>> 32)), Math.max((int) x, (int) y));
  }

  /** PMAXUD. */
  public static long pmaxud(long x, long y) {
    return pair(
        (int) Math.max(x >>> 32, y >>> 32), (int) Math.max(x & 0xffffffffL, y & 0xffffffffL));
  }

  /** PAVGB. */
  public static long pavgb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (((x >>> i & 0xff) + (y >>> i & 0xff) + 1 >> 1) & 0xffL) << i;
    }
    return result;
  }

  /** PAVGW. */
  public static long pavgw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (((x >>> i & 0xffff) + (y >>> i & 0xffff) + 1 >> 1) & 0xffffL) << i;
    }
    return result;
  }
}
