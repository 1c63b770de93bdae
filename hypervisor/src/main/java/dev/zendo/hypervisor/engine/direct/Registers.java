package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * Where guest registers are while emitted code runs. Eleven of them are in registers of the host,
 * most in the one of the same name; the others stay in the state block. The host keeps RSP (so that
 * signal handlers find the thread's stack), R15 (the state block), R13 (instructions that may still
 * be executed) and RAX and R14 (scratch).
 */
final class Registers {
  static final int STATE = Assembler.R15;
  static final int SCRATCH = Assembler.RAX;
  static final int HOST = Assembler.R14;
  static final int BUDGET = Assembler.R13;

  /** Host register of each guest register; -1 for those in the state block. */
  private static final int[] MAP = {10, 1, 2, 3, 11, 5, 6, 7, 8, 9, -1, -1, 12, -1, -1, -1};

  /** Stands for {@link Fields#TEMPORARY} where a guest register is asked for. */
  static final int TEMPORARY = (Fields.TEMPORARY - CpuState.GPR) / 8;

  static final int COUNT = 16;

  private Registers() {}

  /** Host register that holds a guest register, -1 when it is in the state block. */
  static int host(int guest) {
    return guest == TEMPORARY ? -1 : MAP[guest];
  }

  static int offset(int guest) {
    return CpuState.GPR + 8 * guest;
  }
}
