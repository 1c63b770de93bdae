package dev.zendo.hypervisor.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CodeSweepTest {
  private static final long QUIET = 1000;
  private static final int LEAST = 100;

  private final TestMachine machine = new TestMachine();
  private final CodeSweep sweep =
      new CodeSweep(machine.manager, machine.domains, machine.scheduler);

  @AfterEach
  void close() {
    machine.close();
  }

  private void sweep(int busy, int shed) {
    assertEquals(new CodeSweep.Result(busy, shed), sweep.sweep(QUIET, LEAST));
  }

  private static void execute(Vcpu vcpu, long instructions) {
    vcpu.cpu().field(CpuState.INSTRUCTIONS, vcpu.cpu().instructions() + instructions);
  }

  @Test
  void vcpusShedWhenTheyHardlyRanAndHaveMuch() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    machine.engine.held.set(LEAST);
    sweep(1, 0);
    execute(vcpu, QUIET + 1);
    sweep(1, 0);
    execute(vcpu, QUIET);
    machine.engine.held.set(LEAST - 1);
    sweep(0, 0);
    machine.engine.held.set(LEAST);
    assertEquals(1, machine.engine.quiet.get());
    sweep(0, 1);
    assertEquals(2, machine.engine.quiet.get());
    assertEquals(1, machine.engine.sheds.get());
    assertFalse(vcpu.schedule().paused());
  }

  @Test
  void whatAnIdleVcpuNeedsAllTheTimeIsLeftToIt() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    machine.engine.held.set(50 * LEAST);
    sweep(1, 0);
    sweep(0, 1);
    machine.engine.held.set(2 * LEAST);
    sweep(0, 0);
    sweep(0, 0);
    machine.engine.held.set(5 * LEAST / 2 - 1);
    sweep(0, 0);
    machine.engine.held.set(5 * LEAST / 2);
    sweep(0, 1);
    execute(vcpu, QUIET + 1);
    sweep(1, 0);
    machine.engine.held.set(2 * LEAST);
    sweep(0, 1);
  }

  @Test
  void vcpusOnAProcessorAreLeftAlone() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    machine.engine.held.set(LEAST);
    sweep(1, 0);
    assertEquals(vcpu, machine.scheduler.take());
    sweep(0, 0);
    assertFalse(vcpu.schedule().paused());
    machine.scheduler.giveBack(vcpu);
    sweep(0, 1);
  }

  @Test
  void pausedDomainsShedAndStayPausedAndThoseThatGoAreLeftAlone() {
    Domain domain = machine.domain(1, 2);
    machine.engine.held.set(LEAST);
    sweep(2, 0);
    machine.manager.pause(domain, null);
    sweep(0, 2);
    assertTrue(domain.vcpu(1).schedule().paused());
    domain.dying(Domain.DYING);
    sweep(0, 0);
    domain.dying(Domain.ALIVE);
    sweep(0, 0);
    sweep(0, 0);
  }
}
