package dev.zendo.dom0.lockstep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.DrivenMachine;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.ElfMaker;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.hypervisor.HypervisorConfig.EngineFactory;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.interpreter.Heat;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import dev.zendo.hypervisor.machine.HostMemory;
import java.time.Duration;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Machines without threads do the same every time, and two of them can be compared. */
class TwinsTest {
  private static final long BASE = 0x100000;

  private static final EngineFactory STEPS =
      (memory, map) -> new InterpreterEngine(memory, map, Heat.SINGLE);

  /**
   * mov ecx,100000; l: rdtsc; add rbx,rax; dec ecx; jnz l; mov eax,29; mov edi,2; mov esi,0x100800;
   * syscall: shutdown(poweroff).
   */
  private static DomainSpec spec() {
    byte[] text = new byte[0x1000];
    String code = "b9a0860100 0f31 4801c3 ffc9 75f7 b81d000000 bf02000000 be00081000 0f05";
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    System.arraycopy(bytes, 0, text, 0, bytes.length);
    ElfMaker elf = new ElfMaker().entry(BASE).load(BASE, BASE, text, 0x1000).note(5, "xen-3.0");
    KernelImage kernel = KernelImage.of("test", elf.bytes(), 1 << 24);
    return new DomainSpec("test", new UUID(1, 2), kernel, null, "", 8, 1);
  }

  private static long run(EngineFactory engine) throws InterruptedException {
    try (DrivenMachine machine = new DrivenMachine(16, engine, 0)) {
      Guest guest = machine.start(spec(), ConsoleOutput.NONE);
      for (var vcpu = machine.ready(); vcpu != null; vcpu = machine.ready()) {
        machine.serve(vcpu.executor().run(machine.budget()));
      }
      assertEquals(GuestEnd.POWEROFF, guest.await(Duration.ZERO));
      assertEquals(400_005, guest.instructions());
      return machine.nanos();
    }
  }

  @Test
  void aDrivenMachineTakesTheSameTimeInEveryRun() throws InterruptedException {
    assertEquals(run(InterpreterEngine::new), run(InterpreterEngine::new));
  }

  @Test
  void theEnginesPassThroughTheSameStates() throws InterruptedException {
    DirectEngine.obstacle().ifPresent(reason -> assumeTrue(false, reason));
    for (long step : new long[] {1, 1000}) {
      EngineFactory direct = step == 1 ? DirectEngine::byBlocks : DirectEngine::exact;
      try (DrivenMachine leader = new DrivenMachine(16, direct, 0);
          DrivenMachine follower = new DrivenMachine(16, STEPS, 0)) {
        Guest guest = leader.start(spec(), ConsoleOutput.NONE);
        follower.start(spec(), ConsoleOutput.NONE);
        Twins twins = new Twins(leader, follower, step);
        while (twins.advance()) {
          // until the end
        }
        assertEquals(GuestEnd.POWEROFF, guest.await(Duration.ZERO));
        assertEquals(400_005, twins.instructions());
      }
    }
  }

  @Test
  void aDifferenceInMemoryIsFound() {
    try (DrivenMachine leader = new DrivenMachine(16, InterpreterEngine::new, 0);
        DrivenMachine follower = new DrivenMachine(16, STEPS, 0)) {
      leader.start(spec(), ConsoleOutput.NONE);
      follower.start(spec(), ConsoleOutput.NONE);
      HostMemory.putByte(follower.memory().address(leader.memory().frames() - 1) + 77, (byte) 1);
      Twins twins = new Twins(leader, follower, 1);
      Difference found = assertThrows(Difference.class, twins::advance);
      assertTrue(found.getMessage().contains("offset  48"), found.getMessage());
    }
  }
}
