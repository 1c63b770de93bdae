package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.SimdFunction;
import dev.zendo.hypervisor.engine.interpreter.Block;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import java.lang.invoke.MethodHandles;

/** Any function on vector registers. */
final class PackedOp extends PerFunction.Prototype {
  private static final SimdFunction FUNCTION =
      PerFunction.function(MethodHandles.lookup(), SimdFunction.class);

  @Override
  PerFunction.Prototype fresh() {
    return new PackedOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    cpu.requireFpu(this);
    FUNCTION.apply(cpu.state + target, operand(cpu), (int) immediate);
    return proceed(cpu);
  }
}
