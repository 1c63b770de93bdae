package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.EngineCounters;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.GuestClock;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/** An engine whose guests do nothing but spin until somebody wants them out. */
public final class FakeEngine implements Engine {
  /** How often any executor flushed its translations. */
  public final AtomicInteger flushes = new AtomicInteger();

  /** How often any executor let go of its code, and what each says that it has of that. */
  public final AtomicInteger sheds = new AtomicInteger();

  public final AtomicInteger held = new AtomicInteger();

  /** How often any executor was told that its vcpu hardly ran. */
  public final AtomicInteger quiet = new AtomicInteger();

  /** What the next runs do instead of spinning; each returns an exit reason. */
  public final ConcurrentLinkedQueue<ToIntFunction<CpuState>> script =
      new ConcurrentLinkedQueue<>();

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public VcpuExecutor attach(CpuState cpu, GuestMmu mmu, GuestClock clock) {
    return new VcpuExecutor() {
      @Override
      public int run(long budget) {
        ToIntFunction<CpuState> scripted = script.poll();
        if (scripted != null) {
          return scripted.applyAsInt(cpu);
        }
        while (HostMemory.getIntAcquire(cpu.base() + CpuState.INTERRUPT) == 0) {
          Thread.onSpinWait();
        }
        HostMemory.putIntRelease(cpu.base() + CpuState.INTERRUPT, 0);
        return ExitReason.INTERRUPTED;
      }

      @Override
      public int step() {
        return ExitReason.INTERRUPTED;
      }

      @Override
      public EngineCounters counters() {
        EngineCounters counters = new EngineCounters();
        counters.metadataBytes = held.get();
        return counters;
      }

      @Override
      public void shed() {
        sheds.incrementAndGet();
      }

      @Override
      public void quiet() {
        quiet.incrementAndGet();
      }

      @Override
      public void requestExit() {
        HostMemory.putIntRelease(cpu.base() + CpuState.INTERRUPT, 1);
      }

      @Override
      public void flushTlb() {
        flushes.incrementAndGet();
      }

      @Override
      public void flushTlb(boolean kernelMode) {
        flushes.incrementAndGet();
      }

      @Override
      public void flushPage(long virtualAddress) {}
    };
  }
}
