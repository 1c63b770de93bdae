package dev.zendo.hypervisor.engine.interpreter;

/** An op that reads a memory operand, computes and writes it back. */
abstract class UpdateOp extends OperandOp {
  /**
   * Computes the new value of the operand from the old one and sets the flags; must not fault and
   * may be called several times before one of its values is stored.
   */
  abstract long update(Cpu cpu, long old);
}
