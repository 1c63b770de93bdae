package dev.zendo.hypervisor.engine.interpreter;

/** Shifts and rotates of memory, and double shifts of either. */
final class ShiftMemoryOp extends ModifyOp {
  static final int SHLD = 8;
  static final int SHRD = 9;

  private final int operation;
  private final boolean byCl;

  /**
   * An op without operands yet.
   *
   * @param byCl whether the count is in CL instead of {@link #immediate}
   */
  ShiftMemoryOp(int operation, boolean byCl) {
    this.operation = operation;
    this.byCl = byCl;
  }

  @Override
  long update(Cpu cpu, long old) {
    int count = Shifts.mask(byCl ? cl(cpu) : (int) immediate, size);
    switch (operation) {
      case SHLD:
        return Shifts.shld(cpu, size, old, cpu.register(source, size), count);
      case SHRD:
        return Shifts.shrd(cpu, size, old, cpu.register(source, size), count);
      default:
        return Shifts.apply(cpu, operation, size, old, count);
    }
  }
}
