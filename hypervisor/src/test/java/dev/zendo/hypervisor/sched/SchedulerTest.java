package dev.zendo.hypervisor.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.GuestGate;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.time.Timer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scheduling with processor threads whose guests spin until they are wanted out. */
@Timeout(60)
class SchedulerTest {
  private final TestMachine machine = new TestMachine();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger passes = new AtomicInteger();

  private void start() {
    machine.scheduler.start(this::spin);
  }

  private void spin(Vcpu vcpu) {
    running.incrementAndGet();
    while (!vcpu.schedule().mustStop()) {
      vcpu.gate().enter();
      vcpu.executor().run(1);
      vcpu.gate().leave();
      passes.incrementAndGet();
    }
    running.decrementAndGet();
  }

  @AfterEach
  void close() {
    machine.scheduler.close();
    machine.close();
  }

  private void awaitRunning(Vcpu vcpu) {
    while (!machine.scheduler.running(vcpu)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void pauseStopsAVcpuAndUnpauseLetsItGoOn() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    start();
    awaitRunning(vcpu);
    machine.scheduler.pause(vcpu);
    machine.scheduler.pause(vcpu);
    machine.scheduler.awaitStopped(vcpu);
    assertFalse(machine.scheduler.running(vcpu));
    assertEquals(0, running.get());
    machine.scheduler.unpause(vcpu);
    assertFalse(machine.scheduler.running(vcpu));
    machine.scheduler.unpause(vcpu);
    awaitRunning(vcpu);
  }

  @Test
  void blockedVcpuRunsAgainWhenKicked() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    start();
    for (int i = 0; i < 1000; i++) {
      awaitRunning(vcpu);
      machine.scheduler.block(vcpu);
      vcpu.executor().requestExit();
      machine.scheduler.awaitStopped(vcpu);
      assertTrue(vcpu.schedule().blocked());
      vcpu.kick();
    }
  }

  @Test
  void kickBeforeTheProcessorIsGivenBackIsNotLost() throws InterruptedException {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch kicked = new CountDownLatch(1);
    CountDownLatch again = new CountDownLatch(2);
    machine.scheduler.start(
        v -> {
          again.countDown();
          machine.scheduler.block(v);
          blocked.countDown();
          await(kicked);
        });
    blocked.await();
    vcpu.kick();
    kicked.countDown();
    again.await();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void downVcpuIsOfflineAndUpBringsItBack() {
    Domain domain = machine.domain(1, 2);
    start();
    Vcpu vcpu = domain.vcpu(1);
    machine.scheduler.down(vcpu);
    machine.scheduler.awaitStopped(vcpu);
    long[] state = new long[6];
    machine.scheduler.runstate(vcpu, state);
    assertEquals(VcpuSchedule.OFFLINE, state[0]);
    machine.scheduler.pause(domain.vcpu(0));
    machine.scheduler.awaitStopped(domain.vcpu(0));
    machine.scheduler.up(vcpu);
    awaitRunning(vcpu);
  }

  @Test
  void timeIsAccountedToTheStateItWasSpentIn() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    long[] state = new long[6];
    machine.clock.set(100);
    start();
    awaitRunning(vcpu);
    machine.clock.set(150);
    machine.scheduler.block(vcpu);
    vcpu.executor().requestExit();
    machine.scheduler.awaitStopped(vcpu);
    machine.clock.set(400);
    machine.scheduler.runstate(vcpu, state);
    assertEquals(VcpuSchedule.WAITING, state[0]);
    assertEquals(50, state[2 + VcpuSchedule.RUNNING]);
    assertEquals(250, state[2 + VcpuSchedule.WAITING]);
  }

  @Test
  void waitingVcpuGetsItsTurnAtTheEndOfTheSlice() {
    Vcpu first = machine.domain(1, 1).vcpu(0);
    start();
    awaitRunning(first);
    Vcpu second = machine.domain(2, 1).vcpu(0);
    for (int i = 1; i <= 20; i++) {
      machine.clock.set(i * Scheduler.SLICE_NANOS);
      machine.timers.runExpired();
    }
    while (!machine.scheduler.running(second)) {
      machine.clock.set(machine.clock.nanos() + Scheduler.SLICE_NANOS);
      machine.timers.runExpired();
    }
    while (!machine.scheduler.running(first)) {
      machine.clock.set(machine.clock.nanos() + Scheduler.SLICE_NANOS);
      machine.timers.runExpired();
    }
  }

  @Test
  void idleProcessorsFireTimersAndRunWhatTheyWake() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    Timer timer = new Timer(() -> machine.scheduler.unblock(vcpu));
    machine.scheduler.startWithTimers(
        v -> {
          passes.incrementAndGet();
          machine.scheduler.block(v);
        },
        () -> {});
    for (int i = 1; i <= 500; i++) {
      while (passes.get() < i || machine.scheduler.running(vcpu)) {
        Thread.onSpinWait();
      }
      long due = machine.clock.nanos() + 1000;
      machine.timers.arm(timer, due);
      machine.clock.set(due);
    }
    while (passes.get() < 501) {
      Thread.onSpinWait();
    }
    machine.timers.close();
  }

  @Test
  void timersFireWhileAllProcessorsRunVcpus() throws InterruptedException {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    CountDownLatch fired = new CountDownLatch(100);
    Timer[] timer = new Timer[1];
    timer[0] =
        new Timer(
            () -> {
              fired.countDown();
              machine.clock.set(machine.clock.nanos() + 1000);
              machine.timers.arm(timer[0], machine.clock.nanos());
            });
    machine.scheduler.startWithTimers(this::spin, () -> {});
    awaitRunning(vcpu);
    machine.timers.arm(timer[0], machine.clock.nanos());
    fired.await();
    assertEquals(1, running.get());
    machine.timers.close();
  }

  @Test
  void flushRequestIsServedBeforeTheGuestGoesOn() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    start();
    awaitRunning(vcpu);
    for (int i = 0; i < 1000; i++) {
      int before = machine.engine.flushes.get();
      vcpu.gate().await(vcpu.gate().post(GuestGate.ALL));
      while (machine.engine.flushes.get() == before) {
        Thread.onSpinWait();
      }
    }
    assertTrue(passes.get() > 0);
  }
}
