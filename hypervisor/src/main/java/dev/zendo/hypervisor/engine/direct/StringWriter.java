package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.NONE;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;

/**
 * Translates REP MOVS and REP STOS that go upwards and stay inside their pages; the interpreter
 * executes the others. The pointers are moved to the host's addresses for the instruction, and
 * back. Not thread-safe.
 */
final class StringWriter {
  private static final int REP = 0xf3;
  private static final int RCX = Registers.host(CpuState.RCX);
  private static final int RSI = Registers.host(CpuState.RSI);
  private static final int RDI = Registers.host(CpuState.RDI);

  private final BlockWriter block;

  StringWriter(BlockWriter block) {
    this.block = block;
  }

  void move(Insn insn, long rip) {
    int size = insn.size[0];
    int none = begin(rip, size);
    stay(rip, size, RSI);
    stay(rip, size, RDI);
    block.check(rip, CpuState.RSI, NONE, 0, 0, -1, size, false);
    block.addend(RSI);
    Assembler out = block.out;
    out.mem(8, 0x89, HOST, STATE, Fields.TEMPORARY);
    block.check(rip, CpuState.RDI, NONE, 0, 0, -1, size, true);
    block.addend(RDI);
    out.reg(8, 0x03, RDI, HOST);
    out.mem(8, 0x03, RSI, STATE, Fields.TEMPORARY);
    repeat(size, 0xa4);
    out.mem(8, 0x2b, RSI, STATE, Fields.TEMPORARY);
    out.reg(8, 0x2b, RDI, HOST);
    out.here(none);
  }

  void store(Insn insn, long rip) {
    int size = insn.size[0];
    int none = begin(rip, size);
    stay(rip, size, RDI);
    block.check(rip, CpuState.RDI, NONE, 0, 0, -1, size, true);
    block.addend(RDI);
    Assembler out = block.out;
    out.reg(8, 0x8b, SCRATCH, Registers.host(CpuState.RAX));
    out.reg(8, 0x03, RDI, HOST);
    repeat(size, 0xaa);
    out.reg(8, 0x2b, RDI, HOST);
    out.here(none);
  }

  /** Proves that it goes upwards, by no more than a page; returns the jump for a count of zero. */
  private int begin(long rip, int size) {
    block.save();
    block.hostFlags = false;
    Assembler out = block.out;
    out.mem(4, 0xf7, 0, STATE, CpuState.RFLAGS);
    out.int4(Flags.DF);
    block.interpretIf(Condition.NOT_ZERO, rip);
    out.reg(8, 0x81, 7, RCX);
    out.int4(BlockWriter.PAGE / size);
    block.interpretIf(Condition.ABOVE, rip);
    out.reg(8, 0x85, RCX, RCX);
    return out.jump(Condition.ZERO);
  }

  /** Proves that the last byte is on the page of the first. */
  private void stay(long rip, int size, int pointer) {
    Assembler out = block.out;
    int scale = Integer.numberOfTrailingZeros(size);
    out.mem(8, 0x8d, SCRATCH, pointer, RCX, scale, -1);
    out.reg(8, 0x33, SCRATCH, pointer);
    out.reg(8, 0xf7, 0, SCRATCH);
    out.int4(-BlockWriter.PAGE);
    block.interpretIf(Condition.NOT_ZERO, rip);
  }

  private void repeat(int size, int opcode) {
    Assembler out = block.out;
    if (size == 2) {
      out.bytes(0x66);
    }
    out.bytes(REP);
    if (size == 8) {
      out.bytes(0x48);
    }
    out.bytes(opcode + (size == 1 ? 0 : 1));
  }
}
