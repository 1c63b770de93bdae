package dev.zendo.hypervisor.engine.fpu;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Packed, scalar and horizontal floating-point arithmetic, comparisons and dot products as {@link
 * SseFunction}s. Stateless; thread-safe as far as the operands allow.
 */
public final class SseArithmetic {
  /** Operations of the factories below. */
  public static final int ADD = SseUnit.ADD;

  public static final int MULTIPLY = SseUnit.MULTIPLY;
  public static final int SUBTRACT = SseUnit.SUBTRACT;
  public static final int MINIMUM = SseUnit.MINIMUM;
  public static final int DIVIDE = SseUnit.DIVIDE;
  public static final int MAXIMUM = SseUnit.MAXIMUM;

  /** The square root of the source. */
  public static final int ROOT = SseUnit.ROOT;

  private SseArithmetic() {}

  /** ADDPS, MULPS, SUBPS, MINPS, DIVPS, MAXPS and SQRTPS. */
  public static SseFunction packedSingle(int operation) {
    return (unit, to, from, immediate) -> {
      unit.start();
      int r0 = single(unit, operation, to, from);
      int r1 = single(unit, operation, to + 4, from + 4);
      int r2 = single(unit, operation, to + 8, from + 8);
      int r3 = single(unit, operation, to + 12, from + 12);
      return storeSingles(unit, to, r0, r1, r2, r3);
    };
  }

  /** ADDPD, MULPD, SUBPD, MINPD, DIVPD, MAXPD and SQRTPD. */
  public static SseFunction packedDouble(int operation) {
    return (unit, to, from, immediate) -> {
      unit.start();
      long r0 = unit.compute(operation, HostMemory.getLong(to), HostMemory.getLong(from));
      long r1 = unit.compute(operation, HostMemory.getLong(to + 8), HostMemory.getLong(from + 8));
      return storeDoubles(unit, to, r0, r1);
    };
  }

  /** The scalar forms ADDSS and so on. */
  public static SseFunction scalarSingle(int operation) {
    return (unit, to, from, immediate) -> {
      unit.start();
      int result = single(unit, operation, to, from);
      if (!unit.finish()) {
        return false;
      }
      HostMemory.putInt(to, result);
      return true;
    };
  }

  /** The scalar forms ADDSD and so on. */
  public static SseFunction scalarDouble(int operation) {
    return (unit, to, from, immediate) -> {
      unit.start();
      long result = unit.compute(operation, HostMemory.getLong(to), HostMemory.getLong(from));
      if (!unit.finish()) {
        return false;
      }
      HostMemory.putLong(to, result);
      return true;
    };
  }

  private static int single(SseUnit unit, int operation, long x, long y) {
    return unit.compute(operation, HostMemory.getInt(x), HostMemory.getInt(y));
  }

  static boolean storeSingles(SseUnit unit, long to, int r0, int r1, int r2, int r3) {
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putInt(to, r0);
    HostMemory.putInt(to + 4, r1);
    HostMemory.putInt(to + 8, r2);
    HostMemory.putInt(to + 12, r3);
    return true;
  }

  static boolean storeDoubles(SseUnit unit, long to, long r0, long r1) {
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putLong(to, r0);
    HostMemory.putLong(to + 8, r1);
    return true;
  }

  /** ADDSUBPS. */
  public static boolean addsubps(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int r0 = single(unit, SUBTRACT, to, from);
    int r1 = single(unit, ADD, to + 4, from + 4);
    int r2 = single(unit, SUBTRACT, to + 8, from + 8);
    int r3 = single(unit, ADD, to + 12, from + 12);
    return storeSingles(unit, to, r0, r1, r2, r3);
  }

  /** ADDSUBPD. */
  public static boolean addsubpd(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    long r0 = unit.compute(SUBTRACT, HostMemory.getLong(to), HostMemory.getLong(from));
    long r1 = unit.compute(ADD, HostMemory.getLong(to + 8), HostMemory.getLong(from + 8));
    return storeDoubles(unit, to, r0, r1);
  }

  /** HADDPS (ADD) and HSUBPS (SUBTRACT). */
  public static SseFunction horizontalSingle(int operation) {
    return (unit, to, from, immediate) -> {
      unit.start();
      int r0 = single(unit, operation, to, to + 4);
      int r1 = single(unit, operation, to + 8, to + 12);
      int r2 = single(unit, operation, from, from + 4);
      int r3 = single(unit, operation, from + 8, from + 12);
      return storeSingles(unit, to, r0, r1, r2, r3);
    };
  }

  /** HADDPD (ADD) and HSUBPD (SUBTRACT). */
  public static SseFunction horizontalDouble(int operation) {
    return (unit, to, from, immediate) -> {
      unit.start();
      long r0 = unit.compute(operation, HostMemory.getLong(to), HostMemory.getLong(to + 8));
      long r1 = unit.compute(operation, HostMemory.getLong(from), HostMemory.getLong(from + 8));
      return storeDoubles(unit, to, r0, r1);
    };
  }

  /**
   * DPPS: products, then pairwise sums; an unmasked exception of a stage prevents the next. Each
   * element is summed in an order of its own, which decides what NaN it gets.
   */
  public static boolean dpps(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int p0 = (immediate & 0x10) != 0 ? single(unit, MULTIPLY, to, from) : 0;
    int p1 = (immediate & 0x20) != 0 ? single(unit, MULTIPLY, to + 4, from + 4) : 0;
    int p2 = (immediate & 0x40) != 0 ? single(unit, MULTIPLY, to + 8, from + 8) : 0;
    int p3 = (immediate & 0x80) != 0 ? single(unit, MULTIPLY, to + 12, from + 12) : 0;
    if (!unit.nextStage()) {
      return false;
    }
    int low = unit.compute(ADD, p1, p0);
    int high = unit.compute(ADD, p3, p2);
    int otherLow = unit.compute(ADD, p0, p1);
    int otherHigh = unit.compute(ADD, p2, p3);
    if (!unit.nextStage()) {
      return false;
    }
    int r0 = unit.compute(ADD, low, high);
    int r1 = unit.compute(ADD, otherLow, otherHigh);
    int r2 = unit.compute(ADD, high, low);
    int r3 = unit.compute(ADD, otherHigh, otherLow);
    return storeSingles(
        unit,
        to,
        (immediate & 1) != 0 ? r0 : 0,
        (immediate & 2) != 0 ? r1 : 0,
        (immediate & 4) != 0 ? r2 : 0,
        (immediate & 8) != 0 ? r3 : 0);
  }

  /** DPPD. */
  public static boolean dppd(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    long p0 = 0;
    long p1 = 0;
    if ((immediate & 0x10) != 0) {
      p0 = unit.compute(MULTIPLY, HostMemory.getLong(to), HostMemory.getLong(from));
    }
    if ((immediate & 0x20) != 0) {
      p1 = unit.compute(MULTIPLY, HostMemory.getLong(to + 8), HostMemory.getLong(from + 8));
    }
    if (!unit.nextStage()) {
      return false;
    }
    long r0 = unit.compute(ADD, p0, p1);
    long r1 = unit.compute(ADD, p1, p0);
    return storeDoubles(unit, to, (immediate & 1) != 0 ? r0 : 0, (immediate & 2) != 0 ? r1 : 0);
  }

  /** Whether a quiet NaN makes a predicate of CMPPS an invalid operation: LT, LE, NLT, NLE. */
  private static boolean signalling(int predicate) {
    return (predicate & 3) == 1 || (predicate & 3) == 2;
  }

  private static boolean holds(int order, int predicate) {
    boolean result;
    switch (predicate & 3) {
      case 0:
        result = order == SseUnit.EQUAL;
        break;
      case 1:
        result = order == SseUnit.LESS;
        break;
      case 2:
        result = order == SseUnit.LESS || order == SseUnit.EQUAL;
        break;
      default:
        result = order == SseUnit.UNORDERED;
        break;
    }
    return result != ((predicate & 4) != 0);
  }

  private static int compareSingle(SseUnit unit, long x, long y, int predicate) {
    int order = unit.compare(HostMemory.getInt(x), HostMemory.getInt(y), signalling(predicate));
    return holds(order, predicate) ? -1 : 0;
  }

  private static long compareDouble(SseUnit unit, long x, long y, int predicate) {
    int order = unit.compare(HostMemory.getLong(x), HostMemory.getLong(y), signalling(predicate));
    return holds(order, predicate) ? -1 : 0;
  }

  /** CMPPS. */
  public static boolean cmpps(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int r0 = compareSingle(unit, to, from, immediate);
    int r1 = compareSingle(unit, to + 4, from + 4, immediate);
    int r2 = compareSingle(unit, to + 8, from + 8, immediate);
    int r3 = compareSingle(unit, to + 12, from + 12, immediate);
    return storeSingles(unit, to, r0, r1, r2, r3);
  }

  /** CMPPD. */
  public static boolean cmppd(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    long r0 = compareDouble(unit, to, from, immediate);
    long r1 = compareDouble(unit, to + 8, from + 8, immediate);
    return storeDoubles(unit, to, r0, r1);
  }

  /** CMPSS. */
  public static boolean cmpss(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    int result = compareSingle(unit, to, from, immediate);
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putInt(to, result);
    return true;
  }

  /** CMPSD. */
  public static boolean cmpsd(SseUnit unit, long to, long from, int immediate) {
    unit.start();
    long result = compareDouble(unit, to, from, immediate);
    if (!unit.finish()) {
      return false;
    }
    HostMemory.putLong(to, result);
    return true;
  }

  /**
   * COMISS and UCOMISS.
   *
   * @return ZF (0x40), PF (4) and CF (1), or -1 for #XM
   */
  public static int compareFlags(SseUnit unit, int x, int y, boolean quiet) {
    unit.start();
    return flags(unit, unit.compare(x, y, !quiet));
  }

  /** COMISD and UCOMISD, as for single precision. */
  public static int compareFlags(SseUnit unit, long x, long y, boolean quiet) {
    unit.start();
    return flags(unit, unit.compare(x, y, !quiet));
  }

  private static int flags(SseUnit unit, int order) {
    if (!unit.finish()) {
      return -1;
    }
    switch (order) {
      case SseUnit.LESS:
        return 1;
      case SseUnit.EQUAL:
        return 0x40;
      case SseUnit.GREATER:
        return 0;
      default:
        return 0x45;
    }
  }
}
