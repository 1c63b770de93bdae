package dev.zendo.hypervisor.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final long STACK = FakeMemory.BASE + 0x3000;

  private final TestMachine machine = new TestMachine();
  private final Vcpu vcpu = machine.domain(1, 1).vcpu(0);
  private final CpuState cpu = vcpu.cpu();

  @BeforeEach
  void prepare() {
    cpu.kernelMode(true);
    cpu.gpr(CpuState.RSP, STACK);
    cpu.gpr(CpuState.RBP, STACK);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private Sampler every(int instructions, boolean stacks) {
    return new Sampler(vcpu, new SamplingPlan(instructions, 0, stacks, false), machine.clock);
  }

  private Sampler perMicrosecond() {
    return new Sampler(vcpu, new SamplingPlan(0, 1000, false, false), machine.clock);
  }

  /** The guest executes instructions and comes out at an address. */
  private void left(Sampler sampler, long instructions, long rip, int reason) {
    cpu.field(CpuState.INSTRUCTIONS, cpu.instructions() + instructions);
    cpu.rip(rip);
    sampler.left(reason);
  }

  private static long count(Sampler sampler, int service, long rip) {
    return sampler.samples().getOrDefault(new Sample(true, service, new long[] {rip}), 0L);
  }

  private void frame(long at, long next, long caller) {
    HostMemory.putLong(machine.memory.host(at), next);
    HostMemory.putLong(machine.memory.host(at + 8), caller);
  }

  private long[] chain() {
    Sampler sampler = every(1, true);
    left(sampler, 1, 0x1000, ExitReason.INTERRUPTED);
    return sampler.samples().keySet().iterator().next().frames();
  }

  @Test
  void everySoManyInstructionsIsExactAcrossExits() {
    Sampler sampler = every(100, false);
    assertEquals(100, sampler.enter());
    left(sampler, 60, 0x1000, ExitReason.SYSCALL);
    sampler.served();
    assertEquals(40, sampler.enter());
    left(sampler, 40, 0x2000, ExitReason.INTERRUPTED);
    sampler.served();
    assertEquals(100, sampler.enter());
    assertEquals(Map.of(new Sample(true, Sample.NONE, new long[] {0x2000}), 1L), sampler.samples());
  }

  @Test
  void timeInTheGuestIsSeenAtARandomInstructionLater() {
    Sampler sampler = perMicrosecond();
    sampler.enter();
    machine.clock.set(2500);
    left(sampler, 10, 0x1000, ExitReason.EXCEPTION);
    sampler.served();
    assertTrue(sampler.samples().isEmpty());
    long budget = sampler.enter();
    assertTrue(budget >= 1 && budget <= 20000, () -> "" + budget);
    left(sampler, budget, 0x2000, ExitReason.INTERRUPTED);
    assertEquals(2, count(sampler, Sample.NONE, 0x2000));
  }

  @Test
  void timeInTheHypervisorIsTheServicesOwn() {
    Sampler sampler = perMicrosecond();
    sampler.enter();
    cpu.gpr(CpuState.RAX, Hypercalls.MMU_UPDATE);
    left(sampler, 10, 0x1000, ExitReason.SYSCALL);
    cpu.rip(0x9999);
    machine.clock.set(3000);
    sampler.served();
    assertEquals(3, count(sampler, Hypercalls.MMU_UPDATE, 0x1000));
    sampler.enter();
    cpu.exception(14, 0, 0);
    left(sampler, 10, 0x1000, ExitReason.EXCEPTION);
    machine.clock.set(4000);
    sampler.served();
    assertEquals(1, count(sampler, Sample.EXCEPTION + 14, 0x1000));
  }

  @Test
  void timeOutsideOfBothIsNobodys() {
    Sampler sampler = perMicrosecond();
    sampler.enter();
    left(sampler, 10, 0x1000, ExitReason.INTERRUPTED);
    sampler.served();
    machine.clock.set(1_000_000);
    sampler.enter();
    left(sampler, 10, 0x1000, ExitReason.INTERRUPTED);
    sampler.served();
    assertTrue(sampler.samples().isEmpty());
  }

  @Test
  void framePointersLeadToCallers() {
    frame(STACK, STACK + 0x40, 0x2000);
    frame(STACK + 0x40, 0, 0x3000);
    assertArrayEquals(new long[] {0x1000, 0x2000, 0x3000}, chain());
  }

  @Test
  void chainsThatMakeNoSenseEndThere() {
    frame(STACK, STACK, 0x2000);
    assertEquals(2, chain().length, "a loop");
    frame(STACK, STACK + 0x41, 0x2000);
    assertEquals(2, chain().length, "not aligned");
    frame(STACK, -8, 0x2000);
    assertEquals(2, chain().length, "not readable");
    frame(STACK, STACK + 0x40, 0);
    assertEquals(1, chain().length, "no return address");
    frame(STACK, STACK + 0x40, 0x8000_0000_0000L);
    assertEquals(1, chain().length, "no address at all");
    cpu.gpr(CpuState.RBP, STACK - 0x40);
    assertEquals(1, chain().length, "below the stack");
    cpu.gpr(CpuState.RBP, Long.MIN_VALUE);
    assertEquals(1, chain().length);
  }

  @Test
  void chainsAreBounded() {
    for (int i = 0; i < 200; i++) {
      frame(STACK + 16 * i, STACK + 16 * (i + 1), 0x2000 + i);
    }
    assertEquals(64, chain().length);
  }

  @Test
  void plansNeedARhythm() {
    assertThrows(IllegalArgumentException.class, () -> new SamplingPlan(0, 0, false, false));
    assertThrows(IllegalArgumentException.class, () -> new SamplingPlan(-1, 1, false, false));
  }
}
