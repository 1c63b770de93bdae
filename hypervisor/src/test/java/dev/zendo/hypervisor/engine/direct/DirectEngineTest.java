package dev.zendo.hypervisor.engine.direct;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectEngineTest {
  private static final int SMALL = 1 << 16;

  @Test
  void vcpusBeyondTheCodeAreasAreInterpreted() {
    Bench.assumeSupported();
    List<VcpuExecutor> executors = new ArrayList<>();
    try (MachineMemory memory = new MachineMemory(16)) {
      DirectEngine engine = new DirectEngine(memory, new CodeMap(16), SMALL);
      for (int i = 0; i <= FaultNet.SLOTS; i++) {
        executors.add(attach(engine));
      }
      assertInstanceOf(DirectExecutor.class, executors.get(0));
      assertTrue(!(executors.get(FaultNet.SLOTS) instanceof DirectExecutor));
      executors.remove(0).close();
      executors.add(attach(engine));
      assertInstanceOf(DirectExecutor.class, executors.get(FaultNet.SLOTS));
    } finally {
      executors.forEach(VcpuExecutor::close);
    }
  }

  private static VcpuExecutor attach(DirectEngine engine) {
    return engine.attach(new CpuState(), null, () -> 0);
  }
}
