package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.BEFORE;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.DENORMAL;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.INVALID;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.PRECISION;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ZERO_DIVIDE;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Element-wise SSE floating-point arithmetic under the MXCSR of an FXSAVE image (SDM volume 1,
 * 10.2.3 and chapter 11.5).
 *
 * <p>An instruction calls {@link #start}, computes all elements, and stores them only if {@link
 * #finish} says so. In the usual mode (round to nearest, all exceptions masked, no flushing) normal
 * operands take a path of plain Java arithmetic whose exactness check finds the precision flag;
 * everything else goes through {@link SoftFloat}. Only the thread that runs the vcpu calls it.
 */
public final class SseUnit {
  static final int ADD = 0;
  static final int MULTIPLY = 1;
  static final int SUBTRACT = 2;
  static final int MINIMUM = 3;
  static final int DIVIDE = 4;
  static final int MAXIMUM = 5;
  static final int ROOT = 6;

  private static final int DAZ = 0x40;
  private static final int FTZ = 0x8000;

  /** Mode bits of MXCSR, and their value where plain Java arithmetic is right. */
  private static final int MODE = 0xffc0;

  private static final int PLAIN_MODE = 0x1f80;

  /** Biased exponents under which error terms of products might be lost. */
  private static final int EXACT_DOUBLE = 110;

  final SoftFloat soft = new SoftFloat();

  private final long mxcsrAt;
  private int mxcsr;
  private boolean plain;
  private boolean denormalsAreZero;

  /** Exceptions found by the plain paths since {@link #start}. */
  private int found;

  /**
   * A unit over an image.
   *
   * @param image host address of an FXSAVE image
   */
  public SseUnit(long image) {
    mxcsrAt = image + 24;
  }

  /** Begins an instruction. */
  void start() {
    mxcsr = HostMemory.getInt(mxcsrAt);
    plain = (mxcsr & MODE) == PLAIN_MODE;
    found = 0;
    soft.flags = 0;
    if (!plain || (mxcsr & PRECISION) == 0) {
      prepare();
    }
  }

  private void prepare() {
    denormalsAreZero = (mxcsr & DAZ) != 0;
    soft.rounding = mxcsr >> 13 & 3;
    soft.masked = mxcsr >> 7 & FloatFlags.ALL;
    soft.flushToZero = (mxcsr & FTZ) != 0;
  }

  /**
   * Ends the computation: sets the sticky flags.
   *
   * @return whether all exceptions found are masked, so that results may be stored
   */
  boolean finish() {
    int flags = found | soft.flags;
    if ((flags & ~mxcsr) == 0 && plain) {
      return true;
    }
    int unmasked = flags & ~(mxcsr >> 7) & FloatFlags.ALL;
    if ((unmasked & BEFORE) != 0) {
      flags &= BEFORE;
    }
    HostMemory.putInt(mxcsrAt, mxcsr | flags);
    return unmasked == 0;
  }

  /** Ends one stage of an instruction that computes in several and begins the next. */
  boolean nextStage() {
    boolean goOn = finish();
    start();
    return goOn;
  }

  /** Notes exceptions. */
  void raise(int flags) {
    found |= flags;
  }

  /** Whether plain Java arithmetic gives the processor's results for normal operands. */
  boolean plain() {
    return plain;
  }

  /** A normal number or a zero. */
  static boolean normal(long bits) {
    return ((bits >>> 52) - 1 & 0x7ff) < 0x7fe || bits << 1 == 0;
  }

  /** A normal number or a zero. */
  static boolean normal(int bits) {
    return ((bits >>> 23) - 1 & 0xff) < 0xfe || bits << 1 == 0;
  }

  private boolean precisionSeen() {
    return ((mxcsr | found) & PRECISION) != 0;
  }

  /** One double-precision operation; ROOT takes the second operand. */
  long compute(int operation, long x, long y) {
    if (plain && normal(x) && normal(y)) {
      double p = Double.longBitsToDouble(x);
      double q = Double.longBitsToDouble(y);
      switch (operation) {
        case ADD:
        case SUBTRACT:
          return sum(operation, p, q);
        case MULTIPLY:
          return product(p, q);
        case DIVIDE:
          return quotient(p, q);
        case ROOT:
          return root(q);
        case MINIMUM:
          return p < q ? x : y;
        default:
          return p > q ? x : y;
      }
    }
    return slow(operation, x, y);
  }

  private long sum(int operation, double p, double other) {
    double q = operation == ADD ? other : -other;
    double r = p + q;
    long bits = Double.doubleToRawLongBits(r);
    if ((bits >>> 52 & 0x7ff) >= 0x7fe) {
      return slow(ADD, Double.doubleToRawLongBits(p), Double.doubleToRawLongBits(q));
    }
    if (!precisionSeen()) {
      double t = r - p;
      if (p - (r - t) + (q - t) != 0) {
        found |= PRECISION;
      }
    }
    return bits;
  }

  /** The biased exponent from which on a rounded product or quotient needs no second look. */
  private int safeExponent() {
    return precisionSeen() ? 2 : EXACT_DOUBLE;
  }

  private long product(double p, double q) {
    double r = p * q;
    long bits = Double.doubleToRawLongBits(r);
    int exponent = (int) (bits >>> 52) & 0x7ff;
    if (exponent < safeExponent() || exponent == 0x7ff) {
      return slow(MULTIPLY, Double.doubleToRawLongBits(p), Double.doubleToRawLongBits(q));
    }
    if (!precisionSeen() && Math.fma(p, q, -r) != 0) {
      found |= PRECISION;
    }
    return bits;
  }

  private long quotient(double p, double q) {
    double r = p / q;
    long bits = Double.doubleToRawLongBits(r);
    int exponent = (int) (bits >>> 52) & 0x7ff;
    if (exponent < safeExponent() || exponent == 0x7ff || Math.getExponent(p) < -900) {
      return slow(DIVIDE, Double.doubleToRawLongBits(p), Double.doubleToRawLongBits(q));
    }
    if (!precisionSeen() && Math.fma(r, q, -p) != 0) {
      found |= PRECISION;
    }
    return bits;
  }

  private long root(double q) {
    if (!(q > 0x1p-900)) {
      return slow(ROOT, 0, Double.doubleToRawLongBits(q));
    }
    double r = Math.sqrt(q);
    if (!precisionSeen() && Math.fma(r, r, -q) != 0) {
      found |= PRECISION;
    }
    return Double.doubleToRawLongBits(r);
  }

  private long slow(int operation, long x, long y) {
    prepare();
    soft.a.setDouble(x, denormalsAreZero);
    soft.b.setDouble(y, denormalsAreZero);
    if (operation == MINIMUM || operation == MAXIMUM) {
      return second(operation) ? flushed(y) : flushed(x);
    }
    general(operation);
    soft.round(FloatFormat.DOUBLE);
    return soft.packDouble();
  }

  private long flushed(long bits) {
    return denormalsAreZero && !normal(bits) && (bits & 0x7ff0000000000000L) == 0
        ? bits & Unpacked.TOP
        : bits;
  }

  /** One single-precision operation; ROOT takes the second operand. */
  int compute(int operation, int x, int y) {
    if (plain && normal(x) && normal(y)) {
      float p = Float.intBitsToFloat(x);
      float q = Float.intBitsToFloat(y);
      switch (operation) {
        case ADD:
        case SUBTRACT:
          return sum(operation, p, q);
        case MULTIPLY:
          return product(p, q);
        case DIVIDE:
          return quotient(p, q);
        case ROOT:
          return root(q);
        case MINIMUM:
          return p < q ? x : y;
        default:
          return p > q ? x : y;
      }
    }
    return slow(operation, x, y);
  }

  private int sum(int operation, float p, float other) {
    float q = operation == ADD ? other : -other;
    float r = p + q;
    int bits = Float.floatToRawIntBits(r);
    if ((bits >>> 23 & 0xff) >= 0xfe) {
      return slow(ADD, Float.floatToRawIntBits(p), Float.floatToRawIntBits(q));
    }
    if (!precisionSeen()) {
      float t = r - p;
      if (p - (r - t) + (q - t) != 0) {
        found |= PRECISION;
      }
    }
    return bits;
  }

  private int product(float p, float q) {
    double exact = (double) p * q;
    float r = (float) exact;
    int bits = Float.floatToRawIntBits(r);
    int exponent = bits >>> 23 & 0xff;
    if (exponent < 2 || exponent == 0xff) {
      return slow(MULTIPLY, Float.floatToRawIntBits(p), Float.floatToRawIntBits(q));
    }
    if (r != exact) {
      found |= PRECISION;
    }
    return bits;
  }

  private int quotient(float p, float q) {
    float r = p / q;
    int bits = Float.floatToRawIntBits(r);
    int exponent = bits >>> 23 & 0xff;
    if (exponent < 2 || exponent == 0xff) {
      return slow(DIVIDE, Float.floatToRawIntBits(p), Float.floatToRawIntBits(q));
    }
    if ((double) r * q != p) {
      found |= PRECISION;
    }
    return bits;
  }

  private int root(float q) {
    if (!(q > 0)) {
      return slow(ROOT, 0, Float.floatToRawIntBits(q));
    }
    float r = (float) Math.sqrt(q);
    if ((double) r * r != q) {
      found |= PRECISION;
    }
    return Float.floatToRawIntBits(r);
  }

  private int slow(int operation, int x, int y) {
    prepare();
    soft.a.setSingle(x, denormalsAreZero);
    soft.b.setSingle(y, denormalsAreZero);
    if (operation == MINIMUM || operation == MAXIMUM) {
      return second(operation) ? flushed(y) : flushed(x);
    }
    general(operation);
    soft.round(FloatFormat.SINGLE);
    return soft.packSingle();
  }

  private int flushed(int bits) {
    return denormalsAreZero && (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits;
  }

  /** MIN and MAX: whether the second operand is the result. */
  private boolean second(int operation) {
    if (soft.a.isNan() || soft.b.isNan()) {
      soft.flags |= INVALID;
      return true;
    }
    noteDenormals();
    int order = soft.compare();
    return operation == MINIMUM ? order >= 0 : order <= 0;
  }

  private void noteDenormals() {
    if (soft.a.denormal || soft.b.denormal) {
      soft.flags |= DENORMAL;
    }
  }

  /** An operation on the kernel's operands of either format; leaves the unrounded result. */
  private void general(int operation) {
    if (operation == ROOT) {
      soft.a.set(soft.b);
    }
    if (propagates()) {
      return;
    }
    int before = soft.flags;
    soft.flags = 0;
    switch (operation) {
      case ADD:
        soft.add(false);
        break;
      case SUBTRACT:
        soft.add(true);
        break;
      case MULTIPLY:
        soft.multiply();
        break;
      case DIVIDE:
        soft.divide();
        break;
      default:
        soft.squareRoot();
        break;
    }
    if ((soft.flags & (INVALID | ZERO_DIVIDE)) == 0) {
      noteDenormals();
    }
    soft.flags |= before;
  }

  /** Answers NaN operands: the first one wins, made quiet (SDM volume 1, 4.8.3.5). */
  private boolean propagates() {
    Unpacked a = soft.a;
    Unpacked b = soft.b;
    if (!a.isNan() && !b.isNan()) {
      return false;
    }
    if (a.kind == Unpacked.SIGNALLING || b.kind == Unpacked.SIGNALLING) {
      soft.flags |= INVALID;
    }
    Unpacked chosen = a.isNan() ? a : b;
    chosen.quiet();
    soft.result(chosen);
    return true;
  }

  /** Loads the operand of a conversion into the kernel; a signalling NaN is noted and quieted. */
  void load(long bits) {
    prepare();
    soft.a.setDouble(bits, denormalsAreZero);
    quiet();
  }

  /** Loads the operand of a conversion into the kernel; a signalling NaN is noted and quieted. */
  void load(int bits) {
    prepare();
    soft.a.setSingle(bits, denormalsAreZero);
    quiet();
  }

  private void quiet() {
    if (soft.a.kind == Unpacked.SIGNALLING) {
      soft.flags |= INVALID;
      soft.a.quiet();
    }
  }

  static final int LESS = -1;
  static final int EQUAL = 0;
  static final int GREATER = 1;
  static final int UNORDERED = 2;

  /**
   * Compares; a quiet NaN is an invalid operation only if {@code signalling}.
   *
   * @return {@link #LESS}, {@link #EQUAL}, {@link #GREATER} or {@link #UNORDERED}
   */
  int compare(long x, long y, boolean signalling) {
    if (plain && normal(x) && normal(y)) {
      double p = Double.longBitsToDouble(x);
      double q = Double.longBitsToDouble(y);
      return p < q ? LESS : p > q ? GREATER : EQUAL;
    }
    prepare();
    soft.a.setDouble(x, denormalsAreZero);
    soft.b.setDouble(y, denormalsAreZero);
    return compareLoaded(signalling);
  }

  /** As for double precision. */
  int compare(int x, int y, boolean signalling) {
    if (plain && normal(x) && normal(y)) {
      float p = Float.intBitsToFloat(x);
      float q = Float.intBitsToFloat(y);
      return p < q ? LESS : p > q ? GREATER : EQUAL;
    }
    prepare();
    soft.a.setSingle(x, denormalsAreZero);
    soft.b.setSingle(y, denormalsAreZero);
    return compareLoaded(signalling);
  }

  private int compareLoaded(boolean signalling) {
    int worst = Math.max(soft.a.kind, soft.b.kind);
    if (worst >= Unpacked.QUIET) {
      if (signalling || worst == Unpacked.SIGNALLING) {
        soft.flags |= INVALID;
      }
      return UNORDERED;
    }
    noteDenormals();
    return Integer.signum(soft.compare());
  }
}
