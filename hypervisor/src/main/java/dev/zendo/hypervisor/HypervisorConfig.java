package dev.zendo.hypervisor;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.time.Clock;
import dev.zendo.hypervisor.time.HostClock;
import dev.zendo.hypervisor.time.InstructionClock;
import java.util.Objects;

/**
 * How a machine is made.
 *
 * @param frames number of 4096-byte machine frames
 * @param processors number of processor threads that run vcpus, at least 1
 * @param controlPages frames of RAM that domain 0 starts with
 * @param engine makes the engine that executes guest code
 * @param clock the source of time
 * @param driven whether the machine has no threads of its own: its owner drives {@link
 *     Hypervisor#processor} and {@link Hypervisor#timers}
 */
public record HypervisorConfig(
    long frames,
    int processors,
    int controlPages,
    EngineFactory engine,
    Clock clock,
    boolean driven) {
  /** 16 MiB. */
  private static final int CONTROL_PAGES = 4096;

  /** Makes the engine of a machine. */
  @FunctionalInterface
  public interface EngineFactory {
    /** Makes the engine over the machine's memory. */
    Engine create(MachineMemory memory, CodeMap codeMap);
  }

  /** Checks the figures. */
  public HypervisorConfig {
    if (frames < 1024 || frames > 1L << 32) {
      throw new IllegalArgumentException("machine memory must be between 4 MiB and 16 TiB");
    }
    if (processors < 1 || processors > Scheduler.MAX_PROCESSORS) {
      throw new IllegalArgumentException(
          "processor threads must be between 1 and " + Scheduler.MAX_PROCESSORS);
    }
    if (controlPages < 16 || controlPages > frames / 2) {
      throw new IllegalArgumentException("domain 0 needs 16 frames and at most half the machine");
    }
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(clock, "clock");
  }

  /** A machine on the host's clock, domain 0 with 16 MiB. */
  public static HypervisorConfig of(long frames, int processors, EngineFactory engine) {
    return new HypervisorConfig(frames, processors, CONTROL_PAGES, engine, new HostClock(), false);
  }

  /** A machine that its owner drives, with one processor. */
  public static HypervisorConfig driven(long frames, EngineFactory engine, InstructionClock clock) {
    return new HypervisorConfig(frames, 1, CONTROL_PAGES, engine, clock, true);
  }
}
