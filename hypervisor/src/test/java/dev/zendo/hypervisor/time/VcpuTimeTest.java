package dev.zendo.hypervisor.time;

import static dev.zendo.hypercalls.Errno.EINVAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.sched.SchedOp;
import dev.zendo.hypercalls.vcpu.VcpuOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.Lifecycle;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.event.EventChannels;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Timers, watchdogs and time areas of a domain. */
class VcpuTimeTest {
  private static final long MILLI = 1_000_000;

  private final TestMachine machine = new TestMachine();
  private final Domain domain = machine.domain(1, 1);
  private final Vcpu vcpu = domain.vcpu(0);
  private int port;

  @BeforeEach
  void bind() {
    port = (int) domain.events().bindVirq(EventChannels.VIRQ_TIMER, 0);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private boolean ticked() {
    boolean pending = domain.events().pending(port);
    HostMemory.putLong(domain.sharedInfo() + 2048, 0);
    return pending;
  }

  private void move(long nanos) {
    machine.clock.set(nanos);
    machine.timers.runExpired();
  }

  @Test
  void timerFiresAtItsTimeAndThePastAtOnce() {
    machine.call(vcpu, Hypercalls.SET_TIMER_OP, 5 * MILLI);
    move(4 * MILLI);
    assertFalse(ticked());
    move(5 * MILLI);
    assertTrue(ticked());
    machine.call(vcpu, Hypercalls.SET_TIMER_OP, MILLI);
    assertTrue(ticked());
  }

  @Test
  void wrappedTimeoutsFireInAHundredMilliseconds() {
    for (long timeout : new long[] {-1, 1L << 51}) {
      long start = machine.clock.nanos();
      machine.call(vcpu, Hypercalls.SET_TIMER_OP, timeout);
      move(start + 99 * MILLI);
      assertFalse(ticked());
      move(start + 100 * MILLI);
      assertTrue(ticked());
    }
  }

  @Test
  void zeroStopsTheTimer() {
    machine.call(vcpu, Hypercalls.SET_TIMER_OP, 5 * MILLI);
    machine.call(vcpu, Hypercalls.SET_TIMER_OP, 0);
    move(6 * MILLI);
    assertFalse(ticked());
  }

  @Test
  void periodicTimerTicksOnlyWhileTheVcpuRuns() {
    vcpu.time().setPeriod(10 * MILLI);
    ticked();
    move(10 * MILLI);
    assertTrue(ticked());
    vcpu.time().scheduledOut();
    move(50 * MILLI);
    assertFalse(ticked());
    vcpu.time().scheduledIn();
    assertTrue(ticked());
    move(60 * MILLI);
    assertTrue(ticked());
  }

  @Test
  void periodsBelowAMillisecondAreRefused() {
    long at = machine.memory.host(FakeMemory.BASE);
    HostMemory.putLong(at, MILLI - 1);
    assertEquals(
        -EINVAL,
        machine.call(vcpu, Hypercalls.VCPU_OP, VcpuOp.SET_PERIODIC_TIMER, 0, FakeMemory.BASE));
    HostMemory.putLong(at, MILLI);
    assertEquals(
        0, machine.call(vcpu, Hypercalls.VCPU_OP, VcpuOp.SET_PERIODIC_TIMER, 0, FakeMemory.BASE));
  }

  private long watchdog(int id, int seconds) {
    long at = machine.memory.host(FakeMemory.BASE);
    HostMemory.putInt(at, id);
    HostMemory.putInt(at + 4, seconds);
    return machine.call(vcpu, Hypercalls.SCHED_OP, SchedOp.WATCHDOG, FakeMemory.BASE);
  }

  @Test
  void watchdogEndsTheDomainUnlessItIsFed() {
    assertEquals(1, watchdog(0, 2));
    assertEquals(2, watchdog(0, 10));
    assertEquals(4294967268L, watchdog(0, 1));
    move(1_900 * MILLI);
    assertEquals(0, watchdog(1, 2));
    move(3_800 * MILLI);
    assertEquals(-1, domain.shutdownReason());
    assertEquals(0, watchdog(1, 0));
    assertEquals(-EINVAL, watchdog(1, 0));
    assertEquals(-EINVAL, watchdog(3, 5));
    move(10_000 * MILLI);
    assertEquals(Lifecycle.WATCHDOG, domain.shutdownReason());
  }

  @Test
  void timeAreaGivesTheClockThroughItsScale() {
    machine.clock.set(123_456_789_012L);
    machine.time.update(vcpu);
    long at = vcpu.vcpuInfo() + 32;
    assertEquals(0, HostMemory.getInt(at) & 1);
    long tsc = machine.time.timeStampCounter() - HostMemory.getLong(at + 8) + 1000;
    long mul = HostMemory.getInt(at + 24) & 0xffffffffL;
    long nanos = HostMemory.getLong(at + 16) + ((tsc << HostMemory.getByte(at + 28)) * mul >>> 32);
    assertEquals(123_456_789_012L + 1000, nanos);
    assertEquals(1, HostMemory.getByte(at + 29));
  }

  @Test
  void wallClockIsUtcAtTheStart() {
    long at = domain.sharedInfo() + 3072;
    assertEquals(0, HostMemory.getInt(at) & 1);
    assertEquals(1_700_000_000, HostMemory.getInt(at + 4));
    assertEquals(123_456_789, HostMemory.getInt(at + 8));
  }
}
