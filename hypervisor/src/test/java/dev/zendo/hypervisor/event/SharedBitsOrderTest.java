package dev.zendo.hypervisor.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.machine.HostMemory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One vcpu stores news and sends an event that is pending already; the other clears the pending bit
 * and looks for news. If the sender found the bit set, its news must be seen: otherwise they wait
 * for ever. The litmus guest hung so, once in a hundred million rounds.
 */
@Timeout(60)
class SharedBitsOrderTest {
  private static final int ROUNDS = 200_000;
  private static final int LINE = 64;

  /** News, pending bit, and the two that meet before each round, in cache lines of their own. */
  private final long memory = HostMemory.allocate(4 * LINE, LINE);

  private final long news = memory;
  private final long pending = memory + LINE;
  private final AtomicInteger arrived = new AtomicInteger();
  private boolean wasPending;

  @FunctionalInterface
  private interface BitOperation {
    boolean apply();
  }

  @AfterEach
  void close() {
    HostMemory.free(memory);
  }

  private void meet(int round) {
    arrived.incrementAndGet();
    for (int spins = 1; arrived.get() < 2 * round; spins++) {
      if (spins % 1000 == 0) {
        Thread.yield();
      }
    }
  }

  private void send(BitOperation set) {
    for (int round = 1; round <= ROUNDS; round++) {
      meet(2 * round - 1);
      HostMemory.putLong(news, round);
      wasPending = set.apply();
      meet(2 * round);
    }
  }

  private int lost(BitOperation set) throws InterruptedException {
    Thread sender = new Thread(() -> send(set));
    sender.start();
    int lost = 0;
    for (int round = 1; round <= ROUNDS; round++) {
      HostMemory.putLong(pending, 1);
      meet(2 * round - 1);
      HostMemory.compareAndSetLong(pending, 1, 0);
      long seen = HostMemory.getLong(news);
      meet(2 * round);
      if (wasPending && seen != round) {
        lost++;
      }
    }
    sender.join();
    return lost;
  }

  @Test
  void aSenderWhoFindsTheBitSetHasItsNewsSeen() throws InterruptedException {
    assertEquals(0, lost(() -> SharedBits.testAndSet(pending, 0)));
  }

  @Test
  void theSameForQueuedEvents() throws InterruptedException {
    assertEquals(0, lost(() -> !EventWord.set(pending, 1)));
  }
}
