package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * One test case in host memory: the processor state before an instruction, overwritten by the state
 * after it. Offsets are bytes from the start of the block; emitted code uses the same ones.
 */
final class CaseBlock {
  /** Sixteen general registers in encoding order. */
  static final int GPR = 0;

  static final int RIP = 0x80;
  static final int RFLAGS = 0x88;

  /** Signal number, 0 when the instruction ended. */
  static final int SIGNAL = 0x90;

  /** Exception vector of the signal. */
  static final int VECTOR = 0x98;

  static final int ERROR = 0xa0;
  static final int FAULT_ADDRESS = 0xa8;

  /** FXSAVE image. */
  static final int FX = 0x200;

  static final int XMM = FX + 160;
  static final int MXCSR = FX + 24;
  static final int ST = FX + 32;

  /** Content of the memory window. */
  static final int MEMORY = 0x400;

  static final int MEMORY_SIZE = 0x400;
  static final int SIZE = 0x800;

  private CaseBlock() {}

  static long gpr(long block, int register) {
    return HostMemory.getLong(block + GPR + 8L * register);
  }

  static void gpr(long block, int register, long value) {
    HostMemory.putLong(block + GPR + 8L * register, value);
  }

  static long field(long block, int offset) {
    return HostMemory.getLong(block + offset);
  }

  static void field(long block, int offset, long value) {
    HostMemory.putLong(block + offset, value);
  }

  /** Vector of the exception that ended the case, or -1. */
  static int vector(long block) {
    return field(block, SIGNAL) == 0 ? -1 : (int) field(block, VECTOR);
  }
}
