package dev.zendo.hypervisor.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Timers on a clock that the test moves. */
class TimersTest {
  private final FakeClock clock = new FakeClock();
  private final Timers timers = new Timers(clock);
  private final List<Long> fired = new ArrayList<>();

  private Timer at(long deadline) {
    Timer timer = new Timer(() -> fired.add(deadline));
    timers.arm(timer, deadline);
    return timer;
  }

  @Test
  void timersFireInOrderOfDeadlineWhenTheirTimeHasCome() {
    Random random = new Random(7);
    List<Timer> cancelled = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Timer timer = at(random.nextInt(1000));
      if (i % 5 == 0) {
        cancelled.add(timer);
      }
    }
    cancelled.forEach(timers::cancel);
    clock.set(499);
    timers.runExpired();
    List<Long> sorted = new ArrayList<>(fired);
    sorted.sort(null);
    assertEquals(sorted, fired);
    assertFalse(fired.stream().anyMatch(deadline -> deadline > 499));
    clock.set(1000);
    timers.runExpired();
    assertEquals(400, fired.size());
    assertEquals(0, timers.armed());
  }

  @Test
  void armingAgainMovesATimer() {
    Timer timer = at(10);
    timers.arm(timer, 100);
    clock.set(50);
    timers.runExpired();
    assertEquals(List.of(), fired);
    clock.set(100);
    timers.runExpired();
    assertEquals(1, fired.size());
  }

  @Test
  void actionMayArmItsTimerAgain() {
    Timer[] cell = new Timer[1];
    cell[0] =
        new Timer(
            () -> {
              fired.add(clock.nanos());
              if (fired.size() < 3) {
                timers.arm(cell[0], clock.nanos() + 10);
              }
            });
    timers.arm(cell[0], 10);
    for (long now = 0; now <= 100; now += 10) {
      clock.set(now);
      timers.runExpired();
    }
    assertEquals(List.of(10L, 20L, 30L), fired);
  }

  @Test
  void nextIsTheEarliestDeadline() {
    assertEquals(Long.MAX_VALUE, timers.next());
    at(30);
    at(20);
    assertEquals(20, timers.next());
  }
}
