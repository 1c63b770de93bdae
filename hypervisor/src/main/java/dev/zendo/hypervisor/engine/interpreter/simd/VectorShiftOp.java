package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.SimdShifts;
import dev.zendo.hypervisor.engine.interpreter.Block;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.machine.HostMemory;
import java.lang.invoke.MethodHandles;

/** A shift of a vector register by an immediate or by the low half of an operand. */
final class VectorShiftOp extends PerFunction.Prototype {
  private static final SimdShifts.Shift FUNCTION =
      PerFunction.function(MethodHandles.lookup(), SimdShifts.Shift.class);

  @Override
  PerFunction.Prototype fresh() {
    return new VectorShiftOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    cpu.requireFpu(this);
    long count = byImmediate ? immediate : HostMemory.getLong(operand(cpu));
    long to = cpu.state + target;
    HostMemory.putLong(to, FUNCTION.apply(HostMemory.getLong(to), count));
    HostMemory.putLong(to + 8, FUNCTION.apply(HostMemory.getLong(to + 8), count));
    return proceed(cpu);
  }
}
