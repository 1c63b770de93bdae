package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

/**
 * Code that all blocks of an executor share: how to come in, to leave, and to jump to an address
 * that is known only then.
 */
final class Stubs {
  /** Entries of a jump cache: guest address and host address, 8 bytes each. */
  static final int JUMPS = 4096;

  private final long enter;
  private final long leave;
  private final long indirect;

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
    out.mem(4, 0xff, 4, STATE, Fields.TARGET);
    leave = at + out.position();
    move(out, 0x89);
    out.constant(RAX, 0);
    out.constant(HOST, exit);
    out.reg(4, 0xff, 4, HOST);
    indirect = at + out.position();
    out.reg(4, 0x8b, HOST, RAX);
    out.reg(4, 0x81, 4, HOST);
    out.int4(JUMPS - 1);
    out.reg(4, 0xc1, 4, HOST);
    out.bytes(4);
    out.mem(8, 0x03, HOST, STATE, Fields.JUMP_CACHE);
    out.mem(8, 0x39, RAX, HOST, 0);
    int miss = out.jump(5);
    out.mem(4, 0xff, 4, HOST, 8);
    out.here(miss);
    out.mem(8, 0x89, RAX, STATE, Fields.JUMP);
    out.mem(4, 0xc7, 0, STATE, Fields.SITE);
    out.int4(-1);
    jump(out, at, leave);
  }

  private static void move(Assembler out, int opcode) {
    for (int guest = 0; guest < Registers.COUNT; guest++) {
      if (Registers.host(guest) >= 0) {
        out.mem(8, opcode, Registers.host(guest), STATE, Registers.offset(guest));
      }
    }
  }

  private static void jump(Assembler out, long at, long target) {
    int jump = out.jump(-1);
    out.patch4(jump, (int) (target - (at + jump + 4)));
  }

  long enter() {
    return enter;
  }

  long leave() {
    return leave;
  }

  long indirect() {
    return indirect;
  }
}
