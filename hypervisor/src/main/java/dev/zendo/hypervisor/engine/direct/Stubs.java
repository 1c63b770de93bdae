package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

/** Code that all blocks of an executor share: how to come in and how to leave. */
final class Stubs {
  private final long enter;
  private final long leave;

  /**
   * Writes the stubs.
   *
   * @param out gets the code
   * @param at where it will be placed
   * @param exit host address of the exit to Java
   */
  Stubs(Assembler out, long at, long exit) {
    out.reset();
    enter = at;
    move(out, 0x8b);
    out.mem(4, 0x8b, Registers.BUDGET, STATE, Fields.BUDGET);
    out.mem(4, 0xff, 4, STATE, Fields.TARGET);
    leave = at + out.position();
    move(out, 0x89);
    out.mem(4, 0x89, Registers.BUDGET, STATE, Fields.BUDGET);
    out.constant(RAX, 0);
    out.constant(HOST, exit);
    out.reg(4, 0xff, 4, HOST);
  }

  private static void move(Assembler out, int opcode) {
    for (int guest = 0; guest < Registers.COUNT; guest++) {
      if (Registers.host(guest) >= 0) {
        out.mem(8, opcode, Registers.host(guest), STATE, Registers.offset(guest));
      }
    }
  }

  long enter() {
    return enter;
  }

  long leave() {
    return leave;
  }
}
