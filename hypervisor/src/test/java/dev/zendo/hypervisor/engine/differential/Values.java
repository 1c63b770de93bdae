package dev.zendo.hypervisor.engine.differential;

import java.util.SplittableRandom;

/** Operand values: random ones and the ones at which arithmetic has corners. */
final class Values {
  private static final long[] CORNERS = {
    0,
    1,
    2,
    -1,
    -2,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fffffffL,
    0x80000000L,
    0xffffffffL,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    0x8080808080808080L,
    0x7f7f7f7f7f7f7f7fL,
    0x00ff00ff00ff00ffL,
    0x8000800080008000L,
    0x7fff7fff7fff7fffL,
    0x8000000080000000L
  };

  private static final int[] FLOATS = {
    0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000,
    0x7f800001, 0xffbfffff, 0x00000001, 0x807fffff, 0x00800000, 0x80800000, 0x7f7fffff, 0xff7fffff,
    0x3f000000, 0x4f000000, 0xcf000000, 0x5f000000, 0x3f7fffff, 0x3f800001, 0x4b000000, 0x40490fdb
  };

  private static final long[] DOUBLES = {
    0,
    0x8000000000000000L,
    0x3ff0000000000000L,
    0xbff0000000000000L,
    0x7ff0000000000000L,
    0xfff0000000000000L,
    0x7ff8000000000000L,
    0xfff8000000000000L,
    0x7ff0000000000001L,
    0xfff7ffffffffffffL,
    1,
    0x800fffffffffffffL,
    0x0010000000000000L,
    0x8010000000000000L,
    0x7fefffffffffffffL,
    0xffefffffffffffffL,
    0x3fe0000000000000L,
    0x41e0000000000000L,
    0xc1e0000000000000L,
    0x43e0000000000000L,
    0xc3e0000000000000L,
    0x3fefffffffffffffL,
    0x4330000000000000L,
    0x47efffffe0000000L,
    0x36a0000000000000L,
    0x3810000000000000L
  };

  private final SplittableRandom random;

  Values(SplittableRandom random) {
    this.random = random;
  }

  SplittableRandom random() {
    return random;
  }

  /** A 64-bit integer. */
  long integer() {
    switch (random.nextInt(8)) {
      case 0:
        return CORNERS[random.nextInt(CORNERS.length)];
      case 1:
        return 1L << random.nextInt(64);
      case 2:
        return (1L << random.nextInt(64)) - 1;
      case 3:
        return random.nextInt(256) - 128L;
      case 4:
        return random.nextInt();
      case 5:
        return CORNERS[random.nextInt(CORNERS.length)] + random.nextInt(5) - 2;
      default:
        return random.nextLong();
    }
  }

  /** Bits of a single-precision number. */
  int single() {
    switch (random.nextInt(6)) {
      case 0, 1:
        return FLOATS[random.nextInt(FLOATS.length)];
      case 2:
        return Float.floatToRawIntBits(random.nextInt(2000) - 1000) + random.nextInt(3) - 1;
      case 3:
        return (random.nextInt() & 0x807fffff) | (0x7f + random.nextInt(66) - 33) << 23;
      default:
        return random.nextInt();
    }
  }

  /** Bits of a double-precision number. */
  long dbl() {
    switch (random.nextInt(7)) {
      case 0, 1:
        return DOUBLES[random.nextInt(DOUBLES.length)];
      case 2:
        return Double.doubleToRawLongBits(random.nextInt(2000) - 1000) + random.nextInt(3) - 1;
      case 3:
        return (random.nextLong() & 0x800fffffffffffffL)
            | (0x3ffL + random.nextInt(134) - 67) << 52;
      case 4:
        return (random.nextLong() & 0x800fffffffffffffL)
            | (0x3ffL + random.nextInt(330) - 165) << 52;
      default:
        return random.nextLong();
    }
  }

  /** A 64-bit half of a vector register: integers, singles or a double. */
  long lane() {
    switch (random.nextInt(4)) {
      case 0:
        return integer();
      case 1:
        return dbl();
      case 2:
        return single() & 0xffffffffL | (long) single() << 32;
      default:
        return random.nextLong();
    }
  }

  /** Sign and exponent of an extended-precision number. */
  int extendedHigh() {
    switch (random.nextInt(6)) {
      case 0:
        return random.nextBoolean() ? 0 : 0x8000;
      case 1:
        return random.nextBoolean() ? 0x7fff : 0xffff;
      case 2:
        return random.nextInt(0x10000);
      default:
        return random.nextInt(2) << 15 | 0x3fff + random.nextInt(140) - 70;
    }
  }

  /** Significand of an extended-precision number; mostly normalised. */
  long extendedLow() {
    switch (random.nextInt(8)) {
      case 0:
        return Long.MIN_VALUE;
      case 1:
        return 0;
      case 2:
        return integer();
      case 3:
        return 0xc000000000000000L;
      case 4:
        return Long.MIN_VALUE | random.nextLong() << random.nextInt(64);
      default:
        return Long.MIN_VALUE | random.nextLong();
    }
  }
}
