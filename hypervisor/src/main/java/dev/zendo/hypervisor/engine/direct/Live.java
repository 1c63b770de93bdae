package dev.zendo.hypervisor.engine.direct;

/** Which floating-point registers of the guest are in the host's: bits of a mask. */
final class Live {
  /** XMM0 to XMM15 and MXCSR. */
  static final int SSE = 1;

  /** The x87 registers, which MMX uses as well, with their control and status words. */
  static final int X87 = 2;

  private Live() {}
}
