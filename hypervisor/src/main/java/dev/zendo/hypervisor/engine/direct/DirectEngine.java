package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.GuestClock;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.engine.interpreter.Heat;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import dev.zendo.hypervisor.machine.LibC;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine that translates guest code to machine code of the same processor family. The
 * interpreter executes what it does not translate. Thread-safe.
 */
public final class DirectEngine implements Engine, CodeMap.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(DirectEngine.class);

  /** Frames of memory from which huge pages are worth what is rounded up: 128 MiB. */
  private static final long HUGE_PAGES_FROM = 128 << 8;

  /** Bytes for the code of each vcpu and what describes it, unless told otherwise. */
  public static final long DEFAULT_AREA = 128L << 20;

  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final long area;
  private final boolean exact;
  private final boolean compact;
  private final boolean byBlocks;
  private final InterpreterEngine interpreter;
  private final List<WeakReference<DirectExecutor>> executors = new CopyOnWriteArrayList<>();

  /**
   * An engine for a machine; it listens to the map from now on. Vcpus for which the host has no
   * executable memory are interpreted.
   */
  public DirectEngine(MachineMemory memory, CodeMap codeMap) {
    this(memory, codeMap, DEFAULT_AREA);
  }

  /**
   * An engine whose code takes no more than a given space.
   *
   * @param area bytes for the code of each vcpu and what describes it; when they are used up all
   *     its code is dropped
   */
  public DirectEngine(MachineMemory memory, CodeMap codeMap, long area) {
    this(memory, codeMap, area, false, false, false);
  }

  private DirectEngine(
      MachineMemory memory,
      CodeMap codeMap,
      long area,
      boolean exact,
      boolean compact,
      boolean byBlocks) {
    this.area = area;
    this.exact = exact;
    this.compact = compact;
    this.byBlocks = byBlocks;
    this.memory = memory;
    this.codeMap = codeMap;
    this.interpreter = new InterpreterEngine(memory, codeMap, Heat.SINGLE);
    if (memory.frames() >= HUGE_PAGES_FROM) {
      memory.preferHugePages();
    }
    codeMap.addListener(this);
  }

  /**
   * An engine that keeps the status flags even where nobody can need them; for comparisons, as is
   * {@link #byBlocks}.
   */
  public static DirectEngine exact(MachineMemory memory, CodeMap codeMap) {
    return new DirectEngine(memory, codeMap, DEFAULT_AREA, true, false, false);
  }

  /** The same, all of whose code is as it otherwise is for vcpus that idle. */
  public static DirectEngine compact(MachineMemory memory, CodeMap codeMap) {
    return new DirectEngine(memory, codeMap, DEFAULT_AREA, true, true, false);
  }

  /** As {@link #exact}, which comes back after every block if its budget is one instruction. */
  public static DirectEngine byBlocks(MachineMemory memory, CodeMap codeMap) {
    return new DirectEngine(memory, codeMap, DEFAULT_AREA, true, false, true);
  }

  /** Why the host cannot run it, in one line; empty when it can. */
  public static Optional<String> obstacle() {
    return HostProbe.obstacle(Fields.CONTINUE);
  }

  @Override
  public String name() {
    return "direct";
  }

  /** Guest instructions that emitted code has executed, of the vcpus there are; a statistic. */
  public long translated() {
    long sum = 0;
    for (WeakReference<DirectExecutor> reference : executors) {
      DirectExecutor executor = reference.get();
      sum += executor == null ? 0 : executor.counters().emitted;
    }
    return sum;
  }

  @Override
  public VcpuExecutor attach(CpuState cpu, GuestMmu mmu, GuestClock clock) {
    VcpuExecutor interpreted = interpreter.attach(cpu, mmu, clock);
    DirectExecutor executor;
    try {
      executor =
          new DirectExecutor(
              cpu, mmu, clock, memory, codeMap, interpreted, area, exact, compact, byBlocks);
    } catch (UnsupportedOperationException e) {
      LOG.warn("no room for code, a vcpu runs interpreted: {}", e.getMessage());
      return interpreted;
    }
    executors.removeIf(reference -> reference.get() == null);
    executors.add(new WeakReference<>(executor));
    return executor;
  }

  @Override
  public void exactWakeUps() {
    try {
      LibC.exactWakeUps();
    } catch (UnsupportedOperationException e) {
      LOG.debug("timers may be late: {}", e.getMessage());
    }
  }

  @Override
  public void invalidate(long mfn) {
    invalidate(mfn, 0, MachineMemory.FRAME_SIZE);
  }

  @Override
  public void invalidate(long mfn, int offset, int bytes) {
    for (WeakReference<DirectExecutor> reference : executors) {
      DirectExecutor executor = reference.get();
      if (executor != null) {
        executor.invalidate(mfn, offset, bytes);
      }
    }
  }
}
