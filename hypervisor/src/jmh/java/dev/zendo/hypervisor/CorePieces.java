package dev.zendo.hypervisor;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Hypercalls and events, from the vcpu's registers to the shared page, without guest code. */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CorePieces {
  /** Offset of the pending bits in the shared page. */
  private static final int PENDING = 2048;

  /** Offset of the selector in the structure of a vcpu. */
  private static final int SELECTOR = 8;

  private TestMachine machine;
  private Domain sender;
  private Vcpu receiver;
  private long pending;
  private int port;

  /** Two domains with a channel between them. */
  @Setup
  public void start() {
    machine = new TestMachine();
    sender = machine.domain(1, 1);
    Domain other = machine.domain(2, 1);
    int there = (int) other.events().allocateUnbound(1);
    port = (int) sender.events().bindInterdomain(other, there);
    receiver = other.vcpu(0);
    pending = other.sharedInfo() + PENDING;
  }

  /** Ends them. */
  @TearDown
  public void stop() {
    machine.close();
  }

  /** The way through the dispatcher, with a handler that does next to nothing. */
  @Benchmark
  public long hypercallDispatch() {
    Vcpu vcpu = sender.vcpu(0);
    vcpu.cpu().gpr(CpuState.RAX, Hypercalls.XEN_VERSION);
    vcpu.cpu().gpr(CpuState.RDI, 0);
    machine.dispatcher.serve(vcpu);
    return vcpu.cpu().gpr(CpuState.RAX);
  }

  /** An event that the other domain has to be told of; each time it has taken the one before. */
  @Benchmark
  public long eventSend() {
    HostMemory.putLong(pending, 0);
    HostMemory.putLong(receiver.vcpuInfo() + SELECTOR, 0);
    HostMemory.putByte(receiver.vcpuInfo(), (byte) 0);
    return sender.events().send(port);
  }

  /** An event on a port that is pending already. */
  @Benchmark
  public long eventSendAgain() {
    return sender.events().send(port);
  }
}
