package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.x86.Insn;

/** Makes the op of a decoded instruction. */
@FunctionalInterface
public interface OpFactory {
  /**
   * Makes an op.
   *
   * @param insn the instruction; valid during the call only
   * @param rip its virtual address
   */
  Op create(Insn insn, long rip);
}
