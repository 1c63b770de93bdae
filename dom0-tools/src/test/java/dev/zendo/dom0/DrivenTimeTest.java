package dev.zendo.dom0;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.dom0.net.NetworkTime;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.time.InstructionClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrivenTimeTest {
  @Test
  void whatNetworksWaitForHappensInTheTimeOfTheGuests() {
    InstructionClock clock = new InstructionClock(0);
    try (Machine machine =
        Machine.driven(32, EngineChoice.INTERPRETER.factory(DirectEngine.DEFAULT_AREA), clock)) {
      NetworkTime time = machine.networks().time();
      long begin = time.nanos();
      List<String> happened = new ArrayList<>();
      time.later(2000, () -> happened.add("second"));
      time.later(1000, () -> happened.add("first"));
      machine.hypervisor().timers().runExpired();
      assertEquals(List.of(), happened);
      clock.skipTo(begin + 1000);
      machine.hypervisor().timers().runExpired();
      assertEquals(List.of("first"), happened);
      clock.skipTo(begin + 2000);
      machine.hypervisor().timers().runExpired();
      assertEquals(List.of("first", "second"), happened);
      assertEquals(begin + 2000, time.nanos());
    }
  }
}
