package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.Fpu;
import dev.zendo.hypervisor.engine.interpreter.Block;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.engine.interpreter.Vector;

/** An x87 instruction. */
final class X87Op extends FpuOp {
  /** ModRM.rm: the i of ST(i). */
  final int i;

  /** The low bits of the first opcode byte and the ModRM byte, as FOP has them. */
  private final int fop;

  private final Action action;
  private final boolean waits;
  private final boolean noted;

  /** What an instruction does. */
  @FunctionalInterface
  interface Action {
    /**
     * Executes the instruction; may raise a fault while nothing has changed.
     *
     * @param va linear address of the memory operand, if there is one
     */
    void run(Cpu cpu, Fpu fpu, X87Op op, long va);
  }

  /**
   * An x87 op.
   *
   * @param waits raises #MF for a pending exception
   * @param noted leaves its address in FIP
   */
  X87Op(Action action, int opcode, int modrm, boolean waits, boolean noted) {
    this.action = action;
    this.i = modrm & 7;
    this.fop = (opcode & 7) << 8 | modrm;
    this.waits = waits;
    this.noted = noted;
  }

  @Override
  protected Block exec(Cpu cpu) {
    cpu.requireFpu(this);
    Fpu fpu = cpu.fpu;
    if (waits && fpu.x87.pending()) {
      throw cpu.fault(this, Vector.MF);
    }
    long va = memory ? address(cpu) : 0;
    fpu.x87.begin(rip(), fop, va);
    action.run(cpu, fpu, this, va);
    if (noted) {
      fpu.x87.note();
    }
    return proceed(cpu);
  }
}
