package dev.zendo.hypervisor.engine.fpu;

import static dev.zendo.hypervisor.engine.fpu.FloatFlags.INVALID;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * The x87 register stack, its control and status words, and the instructions that only move
 * registers (SDM volume 1, chapter 8). Works in place on an FXSAVE image and keeps it exact.
 *
 * <p>Methods named after an instruction do everything but checking for a pending exception ({@link
 * #pending}) and for CR0.TS, which comes before. Only the thread that runs the vcpu calls it.
 */
public final class X87 {
  static final int STACK_FAULT = 0x40;
  static final int SUMMARY = 0x80;
  static final int C0 = 0x100;
  static final int C1 = 0x200;
  static final int C2 = 0x400;
  static final int C3 = 0x4000;
  static final int BUSY = 0x8000;

  /** Sign and exponent of the indefinite NaN. */
  static final int INDEFINITE_HEAD = 0xffff;

  static final long INDEFINITE_BITS = 0xc000000000000000L;

  /** FCW after FNINIT. */
  static final int INITIAL_CONTROL = 0x37f;

  private static final int FCW = 0;
  private static final int FSW = 2;
  private static final int FTW = 4;
  private static final int FOP = 6;
  private static final int FIP = 8;
  private static final int FDP = 16;
  private static final int ST = 32;

  /** Kernel shared by the helpers of this unit. */
  final SoftFloat soft = new SoftFloat();

  private final long image;
  private long instructionPointer;
  private long dataPointer;
  private int opcode;

  /**
   * A unit over an image.
   *
   * @param image host address of an FXSAVE image
   */
  public X87(long image) {
    this.image = image;
  }

  /** Whether an unmasked exception waits for the next waiting instruction, which raises #MF. */
  public boolean pending() {
    return (HostMemory.getByte(image + FSW) & SUMMARY) != 0;
  }

  /**
   * Notes the instruction about to execute, for FIP, FDP and FOP. Like recent processors the image
   * gets FDP and FOP only from instructions that raise an unmasked exception.
   *
   * @param fop the low three bits of the first opcode byte and the ModRM byte
   */
  public void begin(long rip, int fop, long data) {
    instructionPointer = rip;
    opcode = fop;
    dataPointer = data;
  }

  /** Records FIP of the instruction that {@link #begin} announced. */
  public void note() {
    HostMemory.putLong(image + FIP, instructionPointer);
  }

  int controlWord() {
    return HostMemory.getShort(image + FCW) & 0xffff;
  }

  int statusWord() {
    return HostMemory.getShort(image + FSW) & 0xffff;
  }

  private void statusWord(int value) {
    HostMemory.putShort(image + FSW, (short) value);
  }

  int tags() {
    return HostMemory.getByte(image + FTW) & 0xff;
  }

  void tags(int abridged) {
    HostMemory.putByte(image + FTW, (byte) abridged);
  }

  int top() {
    return statusWord() >> 11 & 7;
  }

  /** Sign and exponent of ST(i). */
  int head(int i) {
    return HostMemory.getShort(image + ST + 16L * i + 8) & 0xffff;
  }

  /** Significand of ST(i). */
  long bits(int i) {
    return HostMemory.getLong(image + ST + 16L * i);
  }

  boolean empty(int i) {
    return (tags() >> (top() + i & 7) & 1) == 0;
  }

  /** Writes ST(i) and marks it used. */
  void register(int i, int head, long bits) {
    HostMemory.putLong(image + ST + 16L * i, bits);
    HostMemory.putLong(image + ST + 16L * i + 8, head & 0xffff);
    tags(tags() | 1 << (top() + i & 7));
  }

  /** Renames the registers so that physical register {@code newTop} becomes ST(0). */
  void turnTo(int newTop) {
    int distance = newTop - top() & 7;
    for (int turns = distance; turns > 0; turns--) {
      turnOnce();
    }
    statusWord(statusWord() & ~0x3800 | newTop << 11);
  }

  private void turnOnce() {
    long bits = bits(0);
    long rest = HostMemory.getLong(image + ST + 8);
    for (long at = image + ST; at < image + ST + 7 * 16; at += 8) {
      HostMemory.putLong(at, HostMemory.getLong(at + 16));
    }
    HostMemory.putLong(image + ST + 7 * 16, bits);
    HostMemory.putLong(image + ST + 7 * 16 + 8, rest);
  }

  /** Makes room for a new ST(0), whose register must be free. */
  void push(int head, long bits) {
    long rest = HostMemory.getLong(image + ST + 7 * 16 + 8);
    long last = bits(7);
    for (long at = image + ST + 7 * 16 + 8; at > image + ST + 8; at -= 8) {
      HostMemory.putLong(at, HostMemory.getLong(at - 16));
    }
    HostMemory.putLong(image + ST, last);
    HostMemory.putLong(image + ST + 8, rest);
    statusWord(statusWord() & ~0x3800 | statusWord() - 0x800 & 0x3800);
    register(0, head, bits);
  }

  /** Frees ST(0) and makes ST(1) the new top. */
  void pop() {
    tags(tags() & ~(1 << top()));
    turnOnce();
    status(0x3800, statusWord() + 0x800 & 0x3800);
  }

  /** Sets and clears bits of the status word. */
  void status(int clear, int set) {
    statusWord(statusWord() & ~clear | set);
  }

  /** Sets C1 as given. */
  void c1(boolean set) {
    status(C1, set ? C1 : 0);
  }

  /**
   * Sets exception flags.
   *
   * @return the exceptions among them that are not masked
   */
  int raise(int flags) {
    int unmasked = flags & ~controlWord() & FloatFlags.ALL;
    status(0, unmasked == 0 ? flags : flags | SUMMARY | BUSY);
    if (unmasked != 0) {
      HostMemory.putShort(image + FOP, (short) (opcode & 0x7ff));
      HostMemory.putLong(image + FDP, dataPointer);
    }
    return unmasked;
  }

  /**
   * Reports an empty source register.
   *
   * @return whether the exception is masked, so that the indefinite NaN becomes the result
   */
  boolean underflow() {
    c1(false);
    return raise(INVALID | STACK_FAULT) == 0;
  }

  /** Reports a push onto a used register; returns whether it is masked. */
  boolean overflow() {
    c1(true);
    return raise(INVALID | STACK_FAULT) == 0;
  }

  /** Prepares to push: reports an overflow, pushing the indefinite NaN when that is masked. */
  boolean roomToPush() {
    c1(false);
    if (empty(7)) {
      return true;
    }
    if (overflow()) {
      push(INDEFINITE_HEAD, INDEFINITE_BITS);
    }
    return false;
  }

  /** Sets the kernel's rounding and masks from the control word and clears its flags. */
  SoftFloat start() {
    int control = controlWord();
    soft.rounding = control >> 10 & 3;
    soft.masked = control;
    soft.flags = 0;
    soft.roundedUp = false;
    soft.flushToZero = false;
    return soft;
  }

  /** The format arithmetic rounds to under the precision control in force. */
  FloatFormat precision() {
    switch (controlWord() >> 8 & 3) {
      case 0:
        return FloatFormat.EXTENDED_24;
      case 2:
        return FloatFormat.EXTENDED_53;
      default:
        return FloatFormat.EXTENDED;
    }
  }

  /**
   * Rounds the kernel's result into ST(i) and raises what was found.
   *
   * @return whether the instruction completed (an unmasked overflow, underflow or precision
   *     exception completes, the others leave everything as it was)
   */
  boolean finish(int i, FloatFormat format) {
    if (!passes()) {
      return false;
    }
    soft.round(format);
    c1(soft.roundedUp);
    raise(soft.flags);
    register(i, soft.packExtendedHead(), soft.high);
    return true;
  }

  /** Whether no unmasked exception of the operands stops the operation; raises it if so. */
  boolean passes() {
    c1(false);
    int before = soft.flags & FloatFlags.BEFORE;
    if ((before & ~controlWord()) == 0) {
      return true;
    }
    raise(before);
    return false;
  }

  /** FLD ST(i). */
  public void fld(int i) {
    if (empty(i)) {
      if (underflow()) {
        push(INDEFINITE_HEAD, INDEFINITE_BITS);
      }
    } else if (roomToPush()) {
      push(head(i), bits(i));
    }
  }

  /** FST and FSTP ST(i). */
  public void fst(int i, boolean pop) {
    c1(false);
    if (!empty(0)) {
      register(i, head(0), bits(0));
    } else if (underflow()) {
      register(i, INDEFINITE_HEAD, INDEFINITE_BITS);
    } else {
      return;
    }
    if (pop) {
      pop();
    }
  }

  /** The undocumented alias of FSTP ST(i), which pops an empty register without a word. */
  public void fstpQuietly(int i) {
    if (empty(0)) {
      c1(false);
      pop();
    } else {
      fst(i, true);
    }
  }

  /** FXCH ST(i). */
  public void fxch(int i) {
    c1(false);
    if ((empty(0) || empty(i)) && !underflow()) {
      return;
    }
    boolean none = empty(0);
    int head = none ? INDEFINITE_HEAD : head(0);
    long bits = none ? INDEFINITE_BITS : bits(0);
    boolean noOther = empty(i);
    register(0, noOther ? INDEFINITE_HEAD : head(i), noOther ? INDEFINITE_BITS : bits(i));
    register(i, head, bits);
  }

  /** FCMOVcc ST(i), with the condition already decided. */
  public void fcmov(int i, boolean move) {
    if (empty(0) || empty(i)) {
      if (underflow()) {
        register(0, INDEFINITE_HEAD, INDEFINITE_BITS);
      }
    } else if (move) {
      register(0, head(i), bits(i));
    }
  }

  /** FCHS. */
  public void fchs() {
    changeSign(0x8000, 0x8000);
  }

  /** FABS. */
  public void fabs() {
    changeSign(0x8000, 0);
  }

  private void changeSign(int mask, int flip) {
    c1(false);
    if (!empty(0)) {
      int head = head(0);
      register(0, flip != 0 ? head ^ flip : head & ~mask, bits(0));
    } else if (underflow()) {
      register(0, INDEFINITE_HEAD, INDEFINITE_BITS);
    }
  }

  /** FXAM. */
  public void fxam() {
    int set = (head(0) & 0x8000) != 0 ? C1 : 0;
    if (empty(0)) {
      set |= C3 | C0;
    } else {
      Unpacked value = soft.a;
      value.setExtended(head(0), bits(0));
      set |= examined(value);
    }
    status(C0 | C1 | C2 | C3, set);
  }

  private static int examined(Unpacked value) {
    switch (value.kind) {
      case Unpacked.ZERO:
        return C3;
      case Unpacked.FINITE:
        return value.denormal ? C3 | C2 : C2;
      case Unpacked.INFINITY:
        return C2 | C0;
      case Unpacked.UNSUPPORTED:
        return 0;
      default:
        return C0;
    }
  }

  /** FFREE ST(i). */
  public void ffree(int i) {
    tags(tags() & ~(1 << (top() + i & 7)));
    c1(false);
  }

  /** FFREEP ST(i), undocumented: FFREE and a pop. */
  public void ffreep(int i) {
    ffree(i);
    pop();
  }

  /** FINCSTP. */
  public void fincstp() {
    turnOnce();
    status(C1 | 0x3800, statusWord() + 0x800 & 0x3800);
  }

  /** FDECSTP. */
  public void fdecstp() {
    turnTo(top() - 1 & 7);
    c1(false);
  }

  /** FNINIT. */
  public void fninit() {
    turnTo(0);
    HostMemory.putLong(image, INITIAL_CONTROL);
    HostMemory.putLong(image + FIP, 0);
    HostMemory.putLong(image + FDP, 0);
  }

  /** FNCLEX. */
  public void fnclex() {
    status(BUSY | SUMMARY | STACK_FAULT | FloatFlags.ALL, 0);
  }

  /** FLDCW. */
  public void fldcw(int value) {
    HostMemory.putShort(image + FCW, (short) (value & 0x1f7f | 0x40));
    summarise();
  }

  /** Brings ES and B in line with the flags and masks. */
  void summarise() {
    boolean unmasked = (statusWord() & ~controlWord() & FloatFlags.ALL) != 0;
    status(SUMMARY | BUSY, unmasked ? SUMMARY | BUSY : 0);
  }

  /** FNSTCW. */
  public int fnstcw() {
    return controlWord();
  }

  /** FNSTSW. */
  public int fnstsw() {
    return statusWord();
  }

  long instructionPointer() {
    return HostMemory.getLong(image + FIP);
  }

  long dataPointer() {
    return HostMemory.getLong(image + FDP);
  }

  int lastOpcode() {
    return HostMemory.getShort(image + FOP) & 0x7ff;
  }

  /** Loads everything but the data registers, as FLDENV does. */
  void environment(int control, int status, int abridged, long rip, long data, int fop) {
    turnTo(status >> 11 & 7);
    statusWord(status);
    tags(abridged);
    HostMemory.putShort(image + FOP, (short) (fop & 0x7ff));
    HostMemory.putLong(image + FIP, rip);
    HostMemory.putLong(image + FDP, data);
    fldcw(control);
  }

  /** What every MMX instruction does to the x87 state: TOP becomes 0, all registers used. */
  public void enterMmx() {
    turnToPhysical();
    tags(0xff);
  }

  /** Makes TOP 0, so that ST(i) is physical register i. */
  public void turnToPhysical() {
    if (top() != 0) {
      turnTo(0);
    }
  }

  /** EMMS. */
  public void emms() {
    turnTo(0);
    tags(0);
  }
}
