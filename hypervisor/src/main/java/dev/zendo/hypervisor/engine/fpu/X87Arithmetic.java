package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.DENORMAL;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.INVALID;
import static dev.zendo.hypervisor.engine.fpu.FloatFlags.ZERO_DIVIDE;

/**
 * x87 arithmetic and comparisons (SDM volume 1, 8.3.5 and 8.3.6). Memory operands are loaded into
 * {@link #operand} first. Only the thread that runs the vcpu calls it.
 */
public final class X87Arithmetic {
  public static final int ADD = 0;
  public static final int MULTIPLY = 1;
  public static final int COMPARE = 2;
  public static final int COMPARE_POP = 3;
  public static final int SUBTRACT = 4;

  /** Source minus destination. */
  public static final int SUBTRACT_REVERSED = 5;

  public static final int DIVIDE = 6;

  /** Source divided by destination. */
  public static final int DIVIDE_REVERSED = 7;

  private static final int UNORDERED = 2;

  private final X87 x87;
  private final SoftFloat soft;

  /** The memory operand of the next instruction. */
  private final Unpacked operand = new Unpacked();

  /** Arithmetic on a unit's registers. */
  public X87Arithmetic(X87 x87) {
    this.x87 = x87;
    this.soft = x87.soft;
  }

  /** Makes a single-precision number the operand. */
  public void operandSingle(int bits) {
    operand.setSingle(bits, false);
  }

  /** Makes a double-precision number the operand. */
  public void operandDouble(long bits) {
    operand.setDouble(bits, false);
  }

  /** Makes an integer the operand. */
  public void operandInteger(long value) {
    operand.setLong(value);
  }

  /**
   * ST(destination) := ST(destination) operation ST(source), for any operation but comparisons.
   *
   * @param pop whether to pop when done
   */
  public void registers(int operation, int destination, int source, boolean pop) {
    if (x87.empty(destination) || x87.empty(source)) {
      if (x87.underflow()) {
        x87.register(destination, X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
        if (pop) {
          x87.pop();
        }
      }
      return;
    }
    soft.b.setExtended(x87.head(source), x87.bits(source));
    if (compute(operation, destination) && pop) {
      x87.pop();
    }
  }

  /** ST(0) := ST(0) operation operand, or compares ST(0) with it. */
  public void memory(int operation) {
    if (operation == COMPARE || operation == COMPARE_POP) {
      compareMemory(operation == COMPARE_POP);
      return;
    }
    if (x87.empty(0)) {
      if (x87.underflow()) {
        x87.register(0, X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
      }
      return;
    }
    soft.b.set(operand);
    compute(operation, 0);
  }

  private boolean compute(int operation, int destination) {
    x87.start();
    boolean reversed = operation == SUBTRACT_REVERSED || operation == DIVIDE_REVERSED;
    if (reversed) {
      soft.a.set(soft.b);
      soft.b.setExtended(x87.head(destination), x87.bits(destination));
    } else {
      soft.a.setExtended(x87.head(destination), x87.bits(destination));
    }
    if (soft.a.isOdd() || soft.b.isOdd()) {
      propagate();
      return x87.finish(destination, FloatFormat.EXTENDED);
    }
    switch (operation) {
      case ADD:
        soft.add(false);
        break;
      case MULTIPLY:
        soft.multiply();
        break;
      case SUBTRACT:
      case SUBTRACT_REVERSED:
        soft.add(true);
        break;
      default:
        soft.divide();
        break;
    }
    noteDenormals();
    return x87.finish(destination, x87.precision());
  }

  private void noteDenormals() {
    if ((soft.a.denormal || soft.b.denormal) && (soft.flags & (INVALID | ZERO_DIVIDE)) == 0) {
      soft.flags |= DENORMAL;
    }
  }

  /**
   * Chooses the result of an operation with NaN or unsupported operands (SDM volume 1, 4.8.3.5).
   */
  void propagate() {
    Unpacked a = soft.a;
    Unpacked b = soft.b;
    if (a.kind == Unpacked.UNSUPPORTED || b.kind == Unpacked.UNSUPPORTED) {
      soft.flags |= INVALID;
      soft.indefinite();
      return;
    }
    if (a.kind == Unpacked.SIGNALLING || b.kind == Unpacked.SIGNALLING) {
      soft.flags |= INVALID;
    }
    Unpacked chosen = choose(a, b);
    chosen.quiet();
    soft.result(chosen);
  }

  private static Unpacked choose(Unpacked a, Unpacked b) {
    if (!a.isNan()) {
      return b;
    }
    if (!b.isNan()) {
      return a;
    }
    if (a.kind != b.kind) {
      return a.kind == Unpacked.QUIET ? a : b;
    }
    int order = Long.compareUnsigned(a.significand, b.significand);
    if (order == 0) {
      return a.negative ? b : a;
    }
    return order > 0 ? a : b;
  }

  /** FCOM, FCOMP, FCOMPP, FUCOM, FUCOMP, FUCOMPP with ST(i). */
  public void compare(int i, boolean quiet, int pops) {
    x87.c1(false);
    if (x87.empty(0) || x87.empty(i)) {
      boolean masked = x87.underflow();
      conditions(UNORDERED, masked ? pops : 0);
      return;
    }
    soft.b.setExtended(x87.head(i), x87.bits(i));
    int order = order(quiet);
    boolean masked = x87.raise(soft.flags) == 0;
    conditions(order, masked ? pops : 0);
  }

  private void compareMemory(boolean pop) {
    x87.c1(false);
    if (x87.empty(0)) {
      boolean masked = x87.underflow();
      conditions(UNORDERED, masked && pop ? 1 : 0);
      return;
    }
    soft.b.set(operand);
    int order = order(false);
    boolean masked = x87.raise(soft.flags) == 0;
    conditions(order, masked && pop ? 1 : 0);
  }

  /** FTST. */
  public void ftst() {
    x87.c1(false);
    if (x87.empty(0)) {
      x87.underflow();
      conditions(UNORDERED, 0);
      return;
    }
    soft.b.setZero(false);
    int order = order(false);
    x87.raise(soft.flags);
    conditions(order, 0);
  }

  /**
   * FCOMI, FCOMIP, FUCOMI, FUCOMIP.
   *
   * @return the arithmetic flags ZF (0x40), PF (4) and CF (1), or -1 when an unmasked exception
   *     leaves them as they were
   */
  public int compareFlags(int i, boolean quiet, boolean pop) {
    int order = UNORDERED;
    if (x87.empty(0) || x87.empty(i)) {
      if (!x87.underflow()) {
        return -1;
      }
    } else {
      soft.b.setExtended(x87.head(i), x87.bits(i));
      order = order(quiet);
      if (x87.raise(soft.flags) != 0) {
        return -1;
      }
    }
    if (pop) {
      x87.pop();
    }
    if (order == UNORDERED) {
      return 0x45;
    }
    return order == 0 ? 0x40 : order < 0 ? 1 : 0;
  }

  /** Compares ST(0) with the kernel's b: -1, 0, 1 or {@link #UNORDERED}. */
  private int order(boolean quiet) {
    x87.start();
    soft.a.setExtended(x87.head(0), x87.bits(0));
    int worst = Math.max(soft.a.kind, soft.b.kind);
    if (worst >= Unpacked.QUIET) {
      if (!quiet || worst > Unpacked.QUIET) {
        soft.flags |= INVALID;
      }
      return UNORDERED;
    }
    noteDenormals();
    return Integer.signum(soft.compare());
  }

  private void conditions(int order, int pops) {
    int set;
    if (order == UNORDERED) {
      set = X87.C3 | X87.C2 | X87.C0;
    } else {
      set = order == 0 ? X87.C3 : order < 0 ? X87.C0 : 0;
    }
    x87.status(X87.C3 | X87.C2 | X87.C0, set);
    for (int i = 0; i < pops; i++) {
      x87.pop();
    }
  }

  /** Loads ST(0) for an instruction on it alone; an empty, odd or special operand is answered. */
  boolean loadTop() {
    if (x87.empty(0)) {
      if (x87.underflow()) {
        x87.register(0, X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
      }
      return false;
    }
    x87.start();
    soft.a.setExtended(x87.head(0), x87.bits(0));
    soft.b.setZero(false);
    if (soft.a.isOdd()) {
      propagate();
      x87.finish(0, FloatFormat.EXTENDED);
      return false;
    }
    return true;
  }

  /** FSQRT. */
  public void fsqrt() {
    if (loadTop()) {
      soft.squareRoot();
      noteDenormals();
      x87.finish(0, x87.precision());
    }
  }

  /** FRNDINT. */
  public void frndint() {
    if (loadTop()) {
      soft.roundToIntegral();
      noteDenormals();
      if (x87.passes()) {
        x87.c1(soft.roundedUp);
        x87.raise(soft.flags);
        x87.register(0, soft.packExtendedHead(), soft.high);
      }
    }
  }

  /** FXTRACT. */
  public void fxtract() {
    x87.c1(false);
    if (x87.empty(0) || !x87.empty(7)) {
      boolean masked = x87.empty(0) ? x87.underflow() : x87.overflow();
      if (masked) {
        x87.register(0, X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
        x87.push(X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
      }
      return;
    }
    x87.start();
    Unpacked value = soft.a;
    value.setExtended(x87.head(0), x87.bits(0));
    soft.b.setZero(false);
    if (value.isOdd()) {
      propagate();
    } else if (value.kind == Unpacked.ZERO) {
      soft.flags |= ZERO_DIVIDE;
    } else {
      noteDenormals();
    }
    if (x87.passes()) {
      x87.raise(soft.flags);
      extract(value);
    }
  }

  private void extract(Unpacked value) {
    switch (value.kind) {
      case Unpacked.FINITE:
        int head = (value.negative ? 0x8000 : 0) | 16383;
        long significand = value.significand;
        soft.a.setLong(value.exponent);
        soft.result(soft.a);
        x87.register(0, soft.packExtendedHead(), soft.high);
        x87.push(head, significand);
        break;
      case Unpacked.ZERO:
        x87.register(0, 0xffff, Unpacked.TOP);
        x87.push(value.negative ? 0x8000 : 0, 0);
        break;
      case Unpacked.INFINITY:
        x87.register(0, 0x7fff, Unpacked.TOP);
        x87.push(value.negative ? 0xffff : 0x7fff, Unpacked.TOP);
        break;
      default:
        x87.register(0, soft.packExtendedHead(), soft.high);
        x87.push(soft.packExtendedHead(), soft.high);
        break;
    }
  }

  /** Loads ST(0) and ST(1); an empty or odd operand is answered. */
  private boolean loadBoth() {
    if (x87.empty(0) || x87.empty(1)) {
      if (x87.underflow()) {
        x87.register(0, X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
      }
      return false;
    }
    x87.start();
    soft.a.setExtended(x87.head(0), x87.bits(0));
    soft.b.setExtended(x87.head(1), x87.bits(1));
    if (soft.a.isOdd() || soft.b.isOdd()) {
      propagate();
      x87.finish(0, FloatFormat.EXTENDED);
      return false;
    }
    return true;
  }

  /** FSCALE. */
  public void fscale() {
    if (!loadBoth()) {
      return;
    }
    Unpacked a = soft.a;
    Unpacked b = soft.b;
    noteDenormals();
    keep();
    if (b.kind == Unpacked.INFINITY) {
      scaleByInfinity(a, b);
    } else if (a.kind == Unpacked.FINITE && b.kind == Unpacked.FINITE) {
      soft.masked = x87.controlWord();
      int power = wholePower(b);
      soft.exponent += b.negative ? -power : power;
    }
    x87.finish(0, FloatFormat.EXTENDED);
  }

  /** Makes ST(0) the result; an unchanged denormal number is no underflow, masked or not. */
  private void keep() {
    soft.result(soft.a);
    soft.masked = FloatFlags.ALL;
  }

  private static int wholePower(Unpacked scale) {
    if (scale.exponent > 16) {
      return 0x20000;
    }
    return scale.exponent < 0 ? 0 : (int) (scale.significand >>> 63 - scale.exponent);
  }

  private void scaleByInfinity(Unpacked a, Unpacked b) {
    boolean invalid = b.negative ? a.kind == Unpacked.INFINITY : a.kind == Unpacked.ZERO;
    if (invalid) {
      soft.flags = INVALID;
      soft.indefinite();
    } else if (a.kind == Unpacked.FINITE) {
      boolean sign = a.negative;
      if (b.negative) {
        a.setZero(sign);
      } else {
        a.kind = Unpacked.INFINITY;
        a.significand = Unpacked.TOP;
      }
      soft.result(a);
    }
  }

  /** FPREM. */
  public void fprem() {
    remainder(false);
  }

  /** FPREM1. */
  public void fprem1() {
    remainder(true);
  }

  private void remainder(boolean nearest) {
    x87.status(X87.C2, 0);
    if (!loadBoth()) {
      return;
    }
    Unpacked a = soft.a;
    Unpacked b = soft.b;
    if (a.kind == Unpacked.INFINITY || b.kind == Unpacked.ZERO) {
      soft.flags |= INVALID;
      soft.indefinite();
      x87.finish(0, FloatFormat.EXTENDED);
      return;
    }
    noteDenormals();
    if (!x87.passes()) {
      return;
    }
    if (a.kind == Unpacked.ZERO || b.kind == Unpacked.INFINITY) {
      keep();
    }
    int conditions = a.kind == Unpacked.ZERO || b.kind == Unpacked.INFINITY ? 0 : reduce(nearest);
    if (x87.finish(0, FloatFormat.EXTENDED)) {
      x87.status(X87.C0 | X87.C1 | X87.C2 | X87.C3, conditions);
    }
  }

  /** Divides with a whole or a partial quotient; leaves the remainder and returns C0 to C3. */
  private int reduce(boolean nearest) {
    Unpacked a = soft.a;
    Unpacked b = soft.b;
    int distance = a.exponent - b.exponent;
    boolean whole = distance < 64;
    int steps = whole ? distance : 32 + (distance & 31);
    if (distance < -1 || (!nearest && distance < 0)) {
      soft.result(a);
      return 0;
    }
    long divisor = b.significand;
    long quotient = 0;
    long rest = a.significand;
    boolean carry = false;
    if (steps >= 0) {
      for (int i = 0; i <= steps; i++) {
        quotient <<= 1;
        if (carry || Long.compareUnsigned(rest, divisor) >= 0) {
          rest -= divisor;
          quotient |= 1;
        }
        if (i < steps) {
          carry = rest < 0;
          rest <<= 1;
        }
      }
    }
    int exponent = a.exponent - Math.max(steps, 0);
    boolean sign = a.negative;
    if (nearest && whole && roundsUp(rest, quotient, divisor, steps < 0)) {
      quotient++;
      rest = steps < 0 ? (divisor << 1) - rest : divisor - rest;
      sign = !sign;
    }
    leave(sign, exponent, rest, a.negative);
    if (!whole) {
      return X87.C2;
    }
    return ((quotient & 4) != 0 ? X87.C0 : 0)
        | ((quotient & 2) != 0 ? X87.C3 : 0)
        | ((quotient & 1) != 0 ? X87.C1 : 0);
  }

  /** Whether the quotient is nearer to the next integer; on a tie the even one wins. */
  private static boolean roundsUp(long rest, long quotient, long divisor, boolean halfScale) {
    int order =
        halfScale
            ? Long.compareUnsigned(rest, divisor)
            : Long.compareUnsigned(rest, divisor - rest);
    return order > 0 || (order == 0 && (quotient & 1) != 0);
  }

  private void leave(boolean sign, int exponent, long rest, boolean zeroSign) {
    Unpacked a = soft.a;
    if (rest == 0) {
      a.setZero(zeroSign);
    } else {
      a.setScaled(sign, exponent, rest);
    }
    soft.result(a);
  }
}
