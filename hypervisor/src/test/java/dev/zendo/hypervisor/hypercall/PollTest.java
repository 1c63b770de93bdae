package dev.zendo.hypervisor.hypercall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.sched.Poll;
import dev.zendo.hypercalls.sched.SchedOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** SCHEDOP_poll while others send. */
class PollTest {
  private static final long LONG_ENOUGH = TimeUnit.MILLISECONDS.toNanos(700);

  private final TestMachine machine = new TestMachine();
  private final Domain domain = machine.domain(1, 2);
  private final Vcpu poller = domain.vcpu(0);
  private final int port = (int) domain.events().bindIpi(0);

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void aTimeoutInThePastEndsThePollAtOnce() {
    HostMemory.putInt(machine.memory.host(FakeMemory.BASE + 64), port);
    machine.clock.set(1000);
    assertEquals(0, poll(1000));
    assertFalse(poller.schedule().blocked());
    assertEquals(0, poll(-1));
    assertFalse(poller.schedule().blocked());
    assertEquals(0, poll(1001));
    assertTrue(poller.schedule().blocked());
    machine.clock.set(1001);
    machine.timers.runExpired();
    assertFalse(poller.schedule().blocked());
  }

  /**
   * A lock as Linux hands it over: the waiter clears what is pending, looks at the lock and polls;
   * the owner hands it over and sends. Found with Linux: a sender that is slow to wake the waiter,
   * which something else woke meanwhile, must not undo the waiter's next poll.
   */
  @Test
  void everySendWakesWhoPolls() throws InterruptedException {
    HostMemory.putLong(domain.sharedInfo() + 2560, -1);
    HostMemory.putInt(machine.memory.host(FakeMemory.BASE + 64), port);
    AtomicInteger handed = new AtomicInteger();
    AtomicInteger wanted = new AtomicInteger();
    AtomicBoolean done = new AtomicBoolean();
    Thread owner = new Thread(() -> handOver(handed, wanted, done));
    owner.start();
    try {
      long end = System.nanoTime() + LONG_ENOUGH;
      for (int round = 1; System.nanoTime() < end; round++) {
        wanted.set(round);
        while (handed.get() != round) {
          if (domain.events().pending(port)) {
            clearPending();
          } else {
            assertEquals(0, poll());
            awaitWake(handed, round);
          }
        }
      }
    } finally {
      done.set(true);
      owner.join();
    }
  }

  private void handOver(AtomicInteger handed, AtomicInteger wanted, AtomicBoolean done) {
    while (!done.get()) {
      int round = wanted.get();
      if (round != handed.get()) {
        poller.kick();
        domain.events().send(port);
        handed.set(round);
        domain.events().send(port);
      }
    }
  }

  private void clearPending() {
    long word = domain.sharedInfo() + 2048;
    long old = HostMemory.getLong(word);
    while (!HostMemory.compareAndSetLong(word, old, old & ~(1L << port))) {
      old = HostMemory.getLong(word);
    }
  }

  private long poll() {
    return poll(0);
  }

  private long poll(long timeout) {
    HostView view = HostView.HOST;
    long at = machine.memory.host(FakeMemory.BASE);
    Poll.PORTS.set(view, at, FakeMemory.BASE + 64);
    Poll.NR_PORTS.set(view, at, 1);
    Poll.TIMEOUT.set(view, at, timeout);
    return machine.call(poller, Hypercalls.SCHED_OP, SchedOp.POLL, FakeMemory.BASE);
  }

  private void awaitWake(AtomicInteger handed, int round) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (poller.schedule().blocked()) {
      Thread.onSpinWait();
      assertTrue(
          System.nanoTime() < end || handed.get() != round, "asleep for ever in round " + round);
    }
  }
}
