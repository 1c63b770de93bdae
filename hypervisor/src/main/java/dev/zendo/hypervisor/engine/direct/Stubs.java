package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Assembler.RSP;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

/** Code that all blocks of an executor share: how to come in and how to leave. */
final class Stubs {
  private final VectorStubs vectors;
  private final WalkStubs walks;
  private final CheckStubs checks;
  private final long enter;
  private final long enterSse;
  private final long enterX87;
  private final long recover;
  private final long leave;
  private final long leaveHere;
  private final long base;

  /**
   * Writes the stubs.
   *
   * @param out gets the code
   * @param at where it will be placed: the beginning of the area
   * @param exit host address of the exit to Java
   */
  Stubs(Assembler out, long at, long exit) {
    out.reset();
    base = at;
    vectors = new VectorStubs(out, at);
    walks = new WalkStubs(out, at);
    recover = at + out.position();
    out.mem(8, 0x8b, RSP, STATE, Fields.STACK);
    out.bytes(0x0f, 0x77); // emms
    toJava(out, exit);
    leaveHere = at + out.position();
    pushOffset(out, at);
    leave = at + out.position();
    out.pop(HOST);
    out.mem(8, 0x89, HOST, STATE, Fields.SITE);
    move(out, 0x89);
    out.mem(4, 0x89, Registers.BUDGET, STATE, Fields.BUDGET);
    out.mem(4, 0x83, 7, STATE, Fields.LIVE);
    out.bytes(0);
    int dead = out.jump(Condition.EQUAL);
    out.call(at, vectors.save());
    out.here(dead);
    out.constant(RAX, 0);
    toJava(out, exit);
    checks = new CheckStubs(out, at, walks, leave);
    enterSse = at + out.position();
    out.call(at, vectors.reload(Live.SSE));
    int loaded = out.jump(-1);
    enterX87 = at + out.position();
    out.call(at, vectors.reload(Live.X87));
    out.here(loaded);
    enter = at + out.position();
    out.mem(8, 0x89, RSP, STATE, Fields.STACK);
    move(out, 0x8b);
    out.mem(4, 0x8b, Registers.BUDGET, STATE, Fields.BUDGET);
    out.mem(4, 0xff, 4, STATE, Fields.TARGET);
  }

  private static void toJava(Assembler out, long exit) {
    out.constant(HOST, exit);
    out.reg(4, 0xff, 4, HOST);
  }

  /** Makes the host address on top of the stack an offset in the area. */
  static void pushOffset(Assembler out, long area) {
    out.pop(HOST);
    out.constant(SCRATCH, area);
    out.reg(8, 0x2b, HOST, SCRATCH);
    out.pushRegister(HOST);
  }

  private static void move(Assembler out, int opcode) {
    for (int guest = 0; guest < Registers.COUNT; guest++) {
      if (Registers.host(guest) >= 0) {
        out.mem(8, opcode, Registers.host(guest), STATE, Registers.offset(guest));
      }
    }
  }

  /** Host address of the page walk for a mode and kind of access. */
  long walk(boolean kernel, boolean write) {
    return walks.walk(kernel, write);
  }

  CheckStubs checks() {
    return checks;
  }

  VectorStubs vectors() {
    return vectors;
  }

  /**
   * Where to come in.
   *
   * @param live floating-point registers that the host must have, bits of {@link Live}
   */
  long enter(int live) {
    return live == 0 ? enter : (live & Live.X87) != 0 ? enterX87 : enterSse;
  }

  /** Where a fault of emitted code goes on. */
  long recover() {
    return recover;
  }

  /** Host address of the area's beginning. */
  long base() {
    return base;
  }

  /** Where to jump to leave, after the offset of what describes the site was pushed. */
  long leave() {
    return leave;
  }

  /** What to call to leave; what describes the site stands behind the call. */
  long leaveHere() {
    return leaveHere;
  }
}
