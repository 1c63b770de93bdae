package dev.zendo.dom0.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A token bucket, by a clock that only the test turns. */
class RateLimitTest {
  @Test
  void inTheLongRunNoMoreThanTheLimitPasses() {
    long now = 5;
    RateLimit limit = new RateLimit(1_000_000, now);
    long taken = 0;
    while (now < 10_000_000_000L) {
      long delay = limit.delay(now);
      if (delay == 0) {
        limit.take(4096);
        taken += 4096;
      } else {
        now += delay;
      }
    }
    assertTrue(Math.abs(taken - 10_000_000) < 200_000, "took " + taken);
  }

  @Test
  void aPauseSavesUpATenthOfASecond() {
    RateLimit limit = new RateLimit(1000, 0);
    int taken = 0;
    while (limit.delay(60_000_000_000L) == 0) {
      limit.take(1);
      taken++;
    }
    assertEquals(100, taken);
  }
}
