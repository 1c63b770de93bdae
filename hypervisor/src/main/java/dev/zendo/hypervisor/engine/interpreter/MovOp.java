package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** MOV between registers, immediates and memory. */
final class MovOp extends OperandOp implements Template.Prototype {
  static final int REGISTER_REGISTER = 0;
  static final int REGISTER_IMMEDIATE = 1;

  /** From memory; plus the address form. */
  static final int LOAD = 2;

  /** A register to memory; plus the address form. */
  static final int STORE = 5;

  /** An immediate to memory; plus the address form. */
  static final int STORE_IMMEDIATE = 8;

  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int SIZE = 1 << (SHAPE & 3);
  private static final int KIND = SHAPE >> 2;

  @Override
  public OperandOp fresh() {
    return new MovOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    if (KIND == REGISTER_REGISTER) {
      cpu.register(target, SIZE, cpu.register(source, SIZE));
    } else if (KIND == REGISTER_IMMEDIATE) {
      cpu.register(target, SIZE, immediate);
    } else if (KIND < STORE) {
      cpu.register(target, SIZE, cpu.load(address(cpu, KIND - LOAD), SIZE, this));
    } else if (KIND < STORE_IMMEDIATE) {
      cpu.store(address(cpu, KIND - STORE), SIZE, cpu.register(source, SIZE), this);
    } else {
      cpu.store(address(cpu, KIND - STORE_IMMEDIATE), SIZE, immediate, this);
    }
    return next.exec(cpu);
  }
}
