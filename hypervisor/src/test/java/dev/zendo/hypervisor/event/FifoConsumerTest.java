package dev.zendo.hypervisor.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Senders against a guest that takes events out of its queues as event_channel.h prescribes, while
 * ports move between vcpus and priorities: no event is lost.
 */
class FifoConsumerTest {
  private static final int PORTS = 8;
  private static final int SENDERS = 2;
  private static final long CONTROL = 10;
  private static final long ARRAY = 12;
  private static final long LONG_ENOUGH = TimeUnit.MILLISECONDS.toNanos(700);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  private final TestMachine machine = new TestMachine();
  private final Domain domain = machine.domain(1, 2);
  private final EventChannels events = domain.events();
  private final int[] ports = new int[PORTS];

  /** What was sent, and what of it the guest has seen, per port. */
  private final AtomicIntegerArray sent = new AtomicIntegerArray(PORTS);

  private final AtomicIntegerArray seen = new AtomicIntegerArray(PORTS);
  private final AtomicBoolean done = new AtomicBoolean();

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void noEventIsLost() throws InterruptedException {
    for (int vcpu = 0; vcpu < 2; vcpu++) {
      events.initControl(domain.vcpu(vcpu), CONTROL + vcpu, 0, machine.memory, machine.machine);
    }
    events.expandArray(ARRAY);
    int[] senders = new int[PORTS];
    for (int i = 0; i < PORTS; i++) {
      senders[i] = (int) events.allocateUnbound(1);
      ports[i] = (int) events.bindInterdomain(domain, senders[i]);
    }
    Thread[] guests = {new Thread(() -> consume(0)), new Thread(() -> consume(1))};
    Thread[] others = new Thread[SENDERS];
    long end = System.nanoTime() + LONG_ENOUGH;
    for (int i = 0; i < SENDERS; i++) {
      int first = i;
      others[i] = new Thread(() -> send(senders, first, end));
    }
    for (Thread thread : guests) {
      thread.start();
    }
    for (Thread thread : others) {
      thread.start();
    }
    for (Thread thread : others) {
      thread.join();
    }
    awaitAll();
    done.set(true);
    for (Thread thread : guests) {
      thread.join();
    }
    for (int i = 0; i < PORTS; i++) {
      assertEquals(sent.get(i), seen.get(i), "port " + ports[i]);
    }
  }

  /** Each sender has ports of its own, so that it knows what it sent last. */
  private void send(int[] senders, int first, long end) {
    for (int round = 1; System.nanoTime() < end; round++) {
      for (int i = first; i < PORTS; i += SENDERS) {
        if (round % 7 == 0) {
          events.setPriority(ports[i], round / 7 % 16);
        }
        if (round % 11 == 0) {
          events.bindVcpu(ports[i], round / 11 % 2);
        }
        sent.set(i, round);
        events.send(senders[i]);
      }
    }
  }

  private void awaitAll() {
    long end = System.nanoTime() + PATIENCE;
    for (int i = 0; i < PORTS; i++) {
      while (seen.get(i) != sent.get(i) && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
    assertTrue(System.nanoTime() < end, () -> "sent " + sent + ", seen " + seen);
  }

  private long word(int port) {
    return machine.machine.address(ARRAY) + 4L * port;
  }

  private void consume(int vcpu) {
    long control = machine.machine.address(CONTROL + vcpu);
    int[] heads = new int[16];
    while (!done.get()) {
      int ready = HostMemory.getAndSetInt(control, 0);
      while (ready != 0) {
        int priority = Integer.numberOfTrailingZeros(ready);
        if (!takeOne(control, priority, heads)) {
          ready &= ~(1 << priority);
        }
        ready |= HostMemory.getAndSetInt(control, 0);
      }
      Thread.onSpinWait();
    }
  }

  /** Takes the first event out of a queue; returns whether there may be more. */
  private boolean takeOne(long control, int priority, int[] heads) {
    int head = heads[priority];
    if (head == 0) {
      HostMemory.fullFence();
      head = HostMemory.getIntAcquire(control + 8 + 4L * priority);
    }
    long word = word(head);
    int link = clearLinked(word);
    heads[priority] = link;
    int value = HostMemory.getIntAcquire(word);
    if ((value & EventWord.PENDING) != 0 && (value & EventWord.MASKED) == 0) {
      EventWord.clear(word, EventWord.PENDING);
      note(head);
    }
    return link != 0;
  }

  private static int clearLinked(long word) {
    while (true) {
      int old = HostMemory.getIntAcquire(word);
      int cleared = old & ~(EventWord.LINKED | EventWord.LINK_MASK);
      if (HostMemory.compareAndSetInt(word, old, cleared)) {
        return old & EventWord.LINK_MASK;
      }
    }
  }

  private void note(int port) {
    for (int i = 0; i < PORTS; i++) {
      if (ports[i] == port) {
        seen.accumulateAndGet(i, sent.get(i), Math::max);
      }
    }
  }
}
