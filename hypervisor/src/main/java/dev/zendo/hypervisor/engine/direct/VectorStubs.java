package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Assembler.RCX;
import static dev.zendo.hypervisor.engine.direct.Assembler.RDX;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * Code that all blocks of an executor share: brings the guest's floating-point registers into the
 * host's and back. {@link Fields#LIVE} says what is there; Java destroys all of it.
 *
 * <p>The loads refuse, and the interpreter goes on, while CR0.TS is set, an exception is not masked
 * or one is pending: emitted code never raises a floating-point exception.
 */
final class VectorStubs {
  private static final int FCW = CpuState.FX;
  private static final int FOP = CpuState.FX + 6;
  private static final int FIP = CpuState.FX + 8;
  private static final int FDP = CpuState.FX + 16;
  private static final int MXCSR = CpuState.FX + 24;

  private static final int TASK_SWITCHED = 8;

  /** Bits of MXCSR that are reserved or mask exceptions, and what they have to be. */
  static final int MXCSR_CHECKED = 0xffff1f80;

  static final int MXCSR_MASKED = 0x1f80;

  /** Exception masks of FCW, which have to be set. */
  static final int FCW_MASKED = 0x3f;

  /** FCW's exception masks and, behind it, the bit of FSW for a pending exception. */
  private static final int X87_CHECKED = 1 << 16 + 7 | FCW_MASKED;

  private static final boolean UPPER_HALVES = HostFeatures.upperHalves();

  private static final int REGISTERS = 16;

  private final Assembler out;
  private final long origin;
  private final long keepSse;
  private final long loadSse;
  private final long loadX87;
  private final long reloadSse;
  private final long reloadX87;
  private final long save;

  /**
   * Writes the code.
   *
   * @param origin where the beginning of {@code out} will be placed
   */
  VectorStubs(Assembler out, long origin) {
    this.out = out;
    this.origin = origin;
    keepSse = here();
    moveSse(0x11, 3);
    ret();
    reloadSse = here();
    clearUpperHalves();
    moveSse(0x10, 2);
    setLive(Live.SSE);
    loadSse = here();
    refuseUnlessMasked();
    out.call(origin, reloadSse);
    ret();
    reloadX87 = here();
    clearUpperHalves();
    out.mem(8, 0x0fae, 1, STATE, CpuState.FX); // fxrstor64
    setLive(Live.SSE | Live.X87);
    loadX87 = here();
    emitLoadX87();
    save = here();
    emitSave();
  }

  private long here() {
    return origin + out.position();
  }

  private void ret() {
    out.bytes(0xc3);
  }

  /**
   * Java may leave something in the upper halves of the host's registers, which makes instructions
   * without AVX slow (Intel's optimization manual, "mixing AVX code with SSE code").
   */
  private void clearUpperHalves() {
    if (UPPER_HALVES) {
      out.bytes(0xc5, 0xf8, 0x77); // vzeroupper
    }
  }

  /** Loads or stores the vector registers and MXCSR. */
  private void moveSse(int opcode, int control) {
    out.mem(4, 0x0fae, control, STATE, MXCSR);
    for (int i = 0; i < REGISTERS; i++) {
      out.mem(4, 0x0f00 | opcode, i, STATE, CpuState.XMM + 16 * i);
    }
  }

  /** Ends a load that succeeds. */
  private void setLive(int live) {
    out.mem(4, 0x83, 1, STATE, Fields.LIVE);
    out.bytes(live);
    out.reg(4, 0x39, RAX, RAX);
    ret();
  }

  private void refuseUnlessMasked() {
    out.mem(1, 0xf6, 0, STATE, CpuState.CR0);
    out.bytes(TASK_SWITCHED);
    returnUnless(Condition.EQUAL);
    out.mem(4, 0x8b, RAX, STATE, MXCSR);
    compare(MXCSR_CHECKED, MXCSR_MASKED);
    returnUnless(Condition.EQUAL);
  }

  private void compare(int mask, int wanted) {
    out.reg(4, 0x81, 4, RAX);
    out.int4(mask);
    out.reg(4, 0x81, 7, RAX);
    out.int4(wanted);
  }

  private void returnUnless(int condition) {
    int jump = out.jump(condition);
    ret();
    out.here(jump);
  }

  private void emitLoadX87() {
    refuseUnlessMasked();
    out.mem(4, 0x8b, RAX, STATE, FCW);
    compare(X87_CHECKED, FCW_MASKED);
    returnUnless(Condition.EQUAL);
    testLive(Live.SSE);
    int absent = out.jump(Condition.EQUAL);
    out.call(origin, keepSse);
    out.here(absent);
    out.call(origin, reloadX87);
    ret();
  }

  private void testLive(int bit) {
    out.mem(1, 0xf6, 0, STATE, Fields.LIVE);
    out.bytes(bit);
  }

  /** FXSAVE would store where emitted code lies in FIP, so the pointers are kept. */
  private void emitSave() {
    testLive(Live.X87);
    int all = out.jump(Condition.NOT_EQUAL);
    out.call(origin, keepSse);
    clearLive();
    ret();
    out.here(all);
    out.mem(8, 0x8b, RAX, STATE, FIP);
    out.mem(8, 0x8b, RCX, STATE, FDP);
    out.mem(2, 0x8b, RDX, STATE, FOP);
    out.mem(8, 0x0fae, 0, STATE, CpuState.FX); // fxsave64
    out.mem(8, 0x89, RAX, STATE, FIP);
    out.mem(8, 0x89, RCX, STATE, FDP);
    out.mem(2, 0x89, RDX, STATE, FOP);
    out.bytes(0x0f, 0x77); // emms
    clearLive();
    ret();
  }

  private void clearLive() {
    out.mem(4, 0xc7, 0, STATE, Fields.LIVE);
    out.int4(0);
  }

  /**
   * A function that loads what a block needs: returns with ZF set when it has. Destroys RAX and the
   * flags.
   *
   * @param need bits of {@link Live}
   */
  long load(int need) {
    return (need & Live.X87) != 0 ? loadX87 : loadSse;
  }

  /** The same for what was there a moment ago, so that it need not be tested again. */
  long reload(int live) {
    return (live & Live.X87) != 0 ? reloadX87 : reloadSse;
  }

  /** A function that stores what there is; destroys RAX, RCX, RDX and the flags. */
  long save() {
    return save;
  }
}
