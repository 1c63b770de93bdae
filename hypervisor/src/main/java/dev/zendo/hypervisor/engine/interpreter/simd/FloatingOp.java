package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.SseFunction;
import dev.zendo.hypervisor.engine.interpreter.Block;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.engine.interpreter.Vector;
import java.lang.invoke.MethodHandles;

/** A floating-point function on vector registers. */
final class FloatingOp extends PerFunction.Prototype {
  private static final SseFunction FUNCTION =
      PerFunction.function(MethodHandles.lookup(), SseFunction.class);

  @Override
  PerFunction.Prototype fresh() {
    return new FloatingOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    cpu.requireFpu(this);
    long from = operand(cpu);
    if (!FUNCTION.apply(cpu.fpu.sse, cpu.state + target, from, (int) immediate)) {
      throw cpu.fault(this, Vector.XM);
    }
    return proceed(cpu);
  }
}
