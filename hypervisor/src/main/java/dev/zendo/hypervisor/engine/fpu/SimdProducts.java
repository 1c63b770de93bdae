package dev.zendo.hypervisor.engine.fpu;

/**
 * Packed integer products, sums of products, absolute values and signs on 64 bits, named after the
 * instructions; method references to these are {@link LaneFunction}s. Stateless and thread-safe.
 */
public final class SimdProducts {
  private SimdProducts() {}

  private static long pair(int high, int low) {
    return (long) high << 32 | low & 0xffffffffL;
  }

  /** PMULLW. */
  public static long pmullw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (((long) (short) (x >>> i) * (short) (y >>> i)) & 0xffffL) << i;
    }
    return result;
  }

  /** PMULHW. */
  public static long pmulhw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (((short) (x >>> i) * (short) (y >>> i) >> 16) & 0xffffL) << i;
    }
    return result;
  }

  /** PMULHUW. */
  public static long pmulhuw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (((x >>> i & 0xffff) * (y >>> i & 0xffff) >>> 16) & 0xffffL) << i;
    }
    return result;
  }

  /** PMULHRSW: high halves, rounded. */
  public static long pmulhrsw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= ((((short) (x >>> i) * (short) (y >>> i) >> 14) + 1 >> 1) & 0xffffL) << i;
    }
    return result;
  }

  /** PMULUDQ. */
  public static long pmuludq(long x, long y) {
    return (x & 0xffffffffL) * (y & 0xffffffffL);
  }

  /** PMULDQ. */
  public static long pmuldq(long x, long y) {
    return (long) (int) x * (int) y;
  }

  /** PMULLD. */
  public static long pmulld(long x, long y) {
    return pair((int) (x >>> 32) * (int) (y >>> 32), (int) x * (int) y);
  }

  /** PMADDWD. */
  public static long pmaddwd(long x, long y) {
    int low = (short) x * (short) y + (short) (x >>> 16) * (short) (y >>> 16);
    int high = (short) (x >>> 32) * (short) (y >>> 32) + (short) (x >>> 48) * (short) (y >>> 48);
    return pair(high, low);
  }

  /** PMADDUBSW: unsigned bytes of the destination by signed bytes of the source. */
  public static long pmaddubsw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      int even = (int) (x >>> i & 0xff) * (byte) (y >>> i);
      int odd = (int) (x >>> i + 8 & 0xff) * (byte) (y >>> i + 8);
      result |= (Math.max(Math.min(even + odd, 0x7fff), -0x8000) & 0xffffL) << i;
    }
    return result;
  }

  /** PSADBW. */
  public static long psadbw(long x, long y) {
    long sum = 0;
    for (int i = 0; i < 64; i += 8) {
      sum += Math.abs((int) (x >>> i & 0xff) - (int) (y >>> i & 0xff));
    }
    return sum;
  }

  /** PABSB. */
  public static long pabsb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= (Math.abs((byte) (y >>> i)) & 0xffL) << i;
    }
    return result;
  }

  /** PABSW. */
  public static long pabsw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= (Math.abs((short) (y >>> i)) & 0xffffL) << i;
    }
    return result;
  }

  /** PABSD. */
  public static long pabsd(long x, long y) {
    return pair(Math.abs((int) (y >>> 32)), Math.abs((int) y));
  }

  /** PSIGNB. */
  public static long psignb(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      result |= ((long) (byte) (x >>> i) * Integer.signum((byte) (y >>> i)) & 0xffL) << i;
    }
    return result;
  }

  /** PSIGNW. */
  public static long psignw(long x, long y) {
    long result = 0;
    for (int i = 0; i < 64; i += 16) {
      result |= ((long) (short) (x >>> i) * Integer.signum((short) (y >>> i)) & 0xffffL) << i;
    }
    return result;
  }

  /** PSIGND. */
  public static long psignd(long x, long y) {
    return pair(
        (int) (x >>> 32) * Integer.signum((int) (y >>> 32)), (int) x * Integer.signum((int) y));
  }
}
