package dev.zendo.hypervisor.engine.fpu;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * The floating-point and vector units of one vcpu: everything that works on its FXSAVE image. Used
 * only by the thread that runs the vcpu.
 */
public final class Fpu {
  public final X87 x87;
  public final X87Arithmetic arithmetic;
  public final X87Transcendental transcendental;
  public final X87Trigonometry trigonometry;
  public final X87Memory memory;
  public final X87State state;
  public final SseUnit sse;

  /** FXSAVE and XSAVE of the image. */
  public final XState extended;

  /** Result of the scalar conversion under way. */
  public final SseConvert.IntegerResult integer = new SseConvert.IntegerResult();

  /**
   * The units over a state block.
   *
   * @param block host address of a {@link CpuState} block
   */
  public Fpu(long block) {
    x87 = new X87(block + CpuState.FX);
    arithmetic = new X87Arithmetic(x87);
    transcendental = new X87Transcendental(x87, arithmetic);
    trigonometry = new X87Trigonometry(x87, arithmetic);
    memory = new X87Memory(x87);
    state = new X87State(x87);
    sse = new SseUnit(block + CpuState.FX);
    extended = new XState(block + CpuState.FX, x87);
  }
}
