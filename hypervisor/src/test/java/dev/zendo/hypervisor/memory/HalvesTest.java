package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HalvesTest {
  private static String part(int from, int to) {
    return from + "-" + to;
  }

  @Test
  void bothDoWhatIsTheirs() {
    assertEquals(List.of("0-5", "5-11"), Halves.of(11, 11, HalvesTest::part));
    assertEquals(List.of("0-11"), Halves.of(11, 12, HalvesTest::part));
    assertEquals(List.of("0-0"), Halves.of(0, 1, HalvesTest::part));
  }

  @Test
  void whatOneThrowsComesWhenTheOtherIsReady() {
    CountDownLatch failed = new CountDownLatch(1);
    AtomicBoolean ready = new AtomicBoolean();
    Halves.Part<Integer> work =
        (from, to) -> {
          if (from == 0) {
            failed.countDown();
            throw new IllegalStateException("first");
          }
          await(failed);
          ready.set(true);
          return 0;
        };
    assertThrows(IllegalStateException.class, () -> Halves.of(2, 2, work));
    assertTrue(ready.get());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void memoryThatTheSecondLacksIsNoOtherError() {
    assertThrows(
        OutOfMemoryError.class,
        () ->
            Halves.of(
                2,
                2,
                (from, to) -> {
                  if (from == 1) {
                    throw new OutOfMemoryError("none");
                  }
                  return 0;
                }));
  }
}
