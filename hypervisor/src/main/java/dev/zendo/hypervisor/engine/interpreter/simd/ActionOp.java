package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.interpreter.Block;
import dev.zendo.hypervisor.engine.interpreter.Cpu;

/**
 * An op whose effect is a piece of code of its own: instructions that are rare or unlike others.
 */
final class ActionOp extends FpuOp {
  private final Action action;
  private final boolean usesFpu;

  /** What an instruction does. */
  @FunctionalInterface
  interface Action {
    /** Executes the instruction; may raise a fault while nothing has changed. */
    void run(Cpu cpu, ActionOp op);
  }

  ActionOp(Action action, boolean usesFpu) {
    this.action = action;
    this.usesFpu = usesFpu;
  }

  @Override
  protected Block exec(Cpu cpu) {
    if (usesFpu) {
      cpu.requireFpu(this);
    }
    action.run(cpu, this);
    return proceed(cpu);
  }

  /** Offset of the target register in the state block. */
  int target() {
    return target;
  }

  /** Offset of the source register in the state block. */
  int source() {
    return source;
  }

  /** Gives the op a constant of its own in place of an immediate operand. */
  void immediate(int value) {
    immediate = value;
  }

  /** The immediate operand. */
  int immediate() {
    return (int) immediate;
  }
}
