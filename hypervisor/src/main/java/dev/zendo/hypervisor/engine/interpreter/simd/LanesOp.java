package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.LaneFunction;
import dev.zendo.hypervisor.engine.interpreter.Block;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.machine.HostMemory;
import java.lang.invoke.MethodHandles;

/** A lane function on vector registers. */
final class LanesOp extends PerFunction.Prototype {
  private static final LaneFunction FUNCTION =
      PerFunction.function(MethodHandles.lookup(), LaneFunction.class);

  @Override
  PerFunction.Prototype fresh() {
    return new LanesOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    cpu.requireFpu(this);
    long from = operand(cpu);
    long to = cpu.state + target;
    long low = FUNCTION.apply(HostMemory.getLong(to), HostMemory.getLong(from));
    long high = FUNCTION.apply(HostMemory.getLong(to + 8), HostMemory.getLong(from + 8));
    HostMemory.putLong(to, low);
    HostMemory.putLong(to + 8, high);
    return proceed(cpu);
  }
}
