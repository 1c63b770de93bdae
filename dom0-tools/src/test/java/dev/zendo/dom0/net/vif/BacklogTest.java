package dev.zendo.dom0.net.vif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.net.wire.FramePool;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final int SMALL = 100;

  private final FramePool pool = new FramePool();
  private final Backlog backlog = new Backlog();

  private boolean offer(long now) {
    return backlog.offer(pool.take(SMALL), now);
  }

  private void fill(long now) {
    for (int i = 0; i < Backlog.CAPACITY; i++) {
      assertTrue(offer(now));
    }
  }

  @Test
  void sendersAreHeldWhileItIsFull() {
    assertFalse(backlog.holds(1, SMALL));
    fill(0);
    assertTrue(backlog.holds(1, SMALL));
    assertFalse(backlog.roomy());
    assertFalse(offer(0));
    backlog.take(1).release();
    assertFalse(backlog.holds(1, SMALL));
    assertFalse(backlog.roomy());
    for (int i = 0; i < Backlog.CAPACITY / 2; i++) {
      backlog.take(1).release();
    }
    assertTrue(backlog.roomy());
  }

  @Test
  void bytesCountToo() {
    for (long bytes = 0; bytes + 65536 <= Backlog.MAX_BYTES; bytes += 65536) {
      assertFalse(backlog.holds(1, 65536));
      assertTrue(backlog.offer(pool.take(65536), 0));
    }
    assertTrue(backlog.holds(1, 65536));
  }

  @Test
  void whatNeverFitsIsNotWaitedFor() {
    assertFalse(backlog.holds(2 * Backlog.CAPACITY, 1));
  }

  @Test
  void aGuestThatLetsFramesWaitHoldsNobodyBeforeItTookAll() {
    fill(0);
    assertEquals(0, backlog.expire(Backlog.DRAIN - 1));
    assertEquals(Backlog.CAPACITY, backlog.expire(Backlog.DRAIN));
    fill(Backlog.DRAIN);
    assertFalse(backlog.holds(1, SMALL));
    backlog.take(Backlog.DRAIN).release();
    assertTrue(offer(Backlog.DRAIN));
    assertFalse(backlog.holds(1, SMALL));
    while (backlog.peek() != null) {
      backlog.take(Backlog.DRAIN).release();
    }
    fill(Backlog.DRAIN);
    assertTrue(backlog.holds(1, SMALL));
  }

  @Test
  void aGuestThatTakesNothingIsOffUntilItHasBuffers() {
    for (long now = 0; now < Backlog.STALL; now += Backlog.DRAIN) {
      backlog.expire(now);
      assertFalse(backlog.stalls(now));
      assertTrue(offer(now));
    }
    assertTrue(backlog.stalls(Backlog.STALL));
    assertFalse(backlog.stalls(Backlog.STALL));
    assertFalse(offer(Backlog.STALL));
    assertTrue(backlog.revives(Backlog.STALL));
    assertFalse(backlog.revives(Backlog.STALL));
    assertTrue(offer(Backlog.STALL));
    assertFalse(backlog.stalls(2 * Backlog.STALL - 1));
  }

  @Test
  void whoWaitsForNothingIsNeverOff() {
    assertTrue(offer(0));
    backlog.take(0).release();
    assertFalse(backlog.stalls(10 * Backlog.STALL));
  }
}
