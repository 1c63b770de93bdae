package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Assembler.RBX;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Insn;

/**
 * Translates instructions that exchange: XCHG, XADD and the compare-and-exchange family, whose
 * registers are fixed. Not thread-safe.
 */
final class AtomicWriter {

  private final BlockWriter block;

  AtomicWriter(BlockWriter block) {
    this.block = block;
  }

  /** XADD or XCHG of memory and a register; XCHG of two registers that the host has. */
  void exchange(Insn insn, long rip, int opcode, boolean flags) {
    int memory = insn.memoryOperand();
    int size = insn.size[0];
    int wide = size == 1 ? 0 : 1;
    if (memory < 0) {
      int a = Registers.host(insn.register[0]);
      block.out.reg(size, opcode + wide, Registers.host(insn.register[1]), a);
      return;
    }
    block.check(insn, rip, size, true);
    int guest = insn.register[1 - memory];
    int register = block.read(guest, SCRATCH);
    block.out.lock(insn.lock);
    block.memory(size, opcode + wide, register);
    block.written(guest, register);
    if (flags) {
      block.wrote();
    }
  }

  /** CMPXCHG: guest RAX must be in RAX for it, so a source in the state block needs a register. */
  void compareExchange(Insn insn, long rip) {
    int size = insn.size[0];
    int opcode = size == 1 ? 0x0fb0 : 0x0fb1;
    int source = Registers.host(insn.register[1]);
    block.check(insn, rip, size, true);
    Assembler out = block.out;
    if (source < 0) {
      block.memory(8, 0x8d, HOST);
      block.plain();
      out.mem(8, 0x89, RBX, STATE, Fields.TEMPORARY);
      out.mem(8, 0x8b, RBX, STATE, Registers.offset(insn.register[1]));
    }
    int rax = Registers.host(CpuState.RAX);
    out.reg(8, 0x8b, RAX, rax);
    out.lock(insn.lock);
    block.memory(size, opcode, source < 0 ? RBX : source);
    out.reg(8, 0x8b, rax, RAX);
    if (source < 0) {
      out.mem(8, 0x8b, RBX, STATE, Fields.TEMPORARY);
    }
    block.wrote();
  }

  /** CMPXCHG8B and CMPXCHG16B; the latter faults unless its operand is aligned. */
  void compareExchangePair(Insn insn, long rip, int size) {
    block.check(insn, rip, size, true);
    Assembler out = block.out;
    if (size == 16) {
      block.memory(8, 0x8d, SCRATCH);
      out.bytes(0xa8, size - 1); // test al,15
      block.interpretIf(Condition.NOT_ZERO, rip);
    }
    block.restore();
    int rax = Registers.host(CpuState.RAX);
    out.reg(8, 0x8b, RAX, rax);
    out.lock(insn.lock);
    block.memory(size / 2, 0x0fc7, 1);
    out.reg(8, 0x8b, rax, RAX);
    block.wrote();
  }
}
