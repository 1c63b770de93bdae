package dev.zendo.hypervisor.engine.differential;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.GuestClock;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The direct engine passes through the same states as the interpreter. {@code
 * -Dzendo.lockstep.seed=N} sets the second test's seed.
 */
class LockstepTest {
  private static final long INSTRUCTIONS = 150_000;

  @Test
  void randomProgramsDoTheSameOnBothEngines() {
    compare(20261121);
  }

  @Test
  void freshRandomProgramsDoTheSameOnBothEngines() {
    long seed = Long.getLong("zendo.lockstep.seed", System.nanoTime());
    System.out.println("LockstepTest: -Dzendo.lockstep.seed=" + seed);
    compare(seed);
  }

  private static void compare(long seed) {
    DirectEngine.obstacle().ifPresent(reason -> assumeTrue(false, reason));
    SplittableRandom seeds = new SplittableRandom(seed);
    try (Streams streams = new Streams()) {
      while (streams.instructions() < INSTRUCTIONS) {
        String difference = streams.run(seeds.nextLong());
        assertNull(difference, () -> "seed " + seed + ": " + difference);
      }
      assertTrue(streams.translated() > INSTRUCTIONS / 4, streams::text);
    }
  }

  @Test
  void oneWrongBitIsFound() {
    RandomProgram program = new ProgramGenerator().next(5);
    try (StreamRun right = new StreamRun(InterpreterEngine::new, false, true);
        StreamRun wrong =
            new StreamRun(
                (memory, map) -> new Misprint(new InterpreterEngine(memory, map)), false, true)) {
      assertNull(right.run(program));
      String difference = wrong.run(program);
      assertNotNull(difference);
      assertTrue(difference.contains("rbx"), difference);
    }
  }

  /** Changes a bit of a register in the second run. */
  private record Misprint(Engine engine) implements Engine {
    @Override
    public String name() {
      return "misprint";
    }

    @Override
    public VcpuExecutor attach(CpuState cpu, GuestMmu mmu, GuestClock clock) {
      VcpuExecutor executor = engine.attach(cpu, mmu, clock);
      return new VcpuExecutor() {
        private int runs;

        @Override
        public int run(long budget) {
          int reason = executor.run(budget);
          if (++runs == 2) {
            cpu.gpr(CpuState.RBX, cpu.gpr(CpuState.RBX) ^ 1L << 40);
          }
          return reason;
        }

        @Override
        public int step() {
          return executor.step();
        }

        @Override
        public void requestExit() {
          executor.requestExit();
        }

        @Override
        public void flushTlb() {
          executor.flushTlb();
        }

        @Override
        public void flushTlb(boolean kernelMode) {
          executor.flushTlb(kernelMode);
        }

        @Override
        public void flushFrame(long mfn) {
          executor.flushFrame(mfn);
        }

        @Override
        public void flushLowerHalf() {
          executor.flushLowerHalf();
        }

        @Override
        public void flushPage(long virtualAddress) {
          executor.flushPage(virtualAddress);
        }
      };
    }
  }
}
