package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.machine.HostMemory;

/** An {@link UpdateOp} whose operand is memory or a register, by its fields. */
abstract class ModifyOp extends UpdateOp {
  int size;
  boolean memory;
  boolean locked;

  /** Updates the operand; returns its value before. */
  final long modify(Cpu cpu) {
    if (memory) {
      return modifyMemory(cpu, address(cpu));
    }
    long old = cpu.register(target, size);
    cpu.register(target, size, update(cpu, old));
    return old;
  }

  /** Updates memory at an address; returns its value before. */
  final long modifyMemory(Cpu cpu, long va) {
    long host = cpu.writable(va, size - 1);
    if (host == 0) {
      return cpu.memory.update(va, size, this);
    }
    if (locked) {
      return MemoryPath.updateAtomically(cpu, host, size, this);
    }
    long old = Width.load(host, size);
    Width.store(host, size, update(cpu, old));
    return old;
  }

  /** The low byte of RCX. */
  static int cl(Cpu cpu) {
    return HostMemory.getByte(cpu.state + 8) & 0xff;
  }

  @Override
  protected Block exec(Cpu cpu) {
    modify(cpu);
    return next.exec(cpu);
  }
}
