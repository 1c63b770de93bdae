package dev.zendo.hypervisor.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.machine.HostMemory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Words that a guest changes at the same time. */
class EventWordTest {
  private final long word = HostMemory.allocate(8, 8);

  @AfterEach
  void free() {
    HostMemory.free(word);
  }

  @Test
  void bitsAreSetAndClearedOnce() {
    assertTrue(EventWord.set(word, EventWord.PENDING));
    assertFalse(EventWord.set(word, EventWord.PENDING));
    EventWord.clear(word, EventWord.PENDING);
    EventWord.clear(word, EventWord.PENDING);
    assertEquals(0, HostMemory.getInt(word));
  }

  @Test
  void onlyALinkedWordIsLinkedFurther() {
    HostMemory.putInt(word, EventWord.PENDING | 5);
    assertFalse(EventWord.link(word, 7));
    assertEquals(EventWord.PENDING | 5, HostMemory.getInt(word));
    HostMemory.putInt(word, EventWord.LINKED | EventWord.MASKED);
    assertTrue(EventWord.link(word, 7));
    assertEquals(EventWord.LINKED | EventWord.MASKED | 7, HostMemory.getInt(word));
  }

  /** The guest overwrites the word as fast as it can; every operation ends all the same. */
  @Test
  void hostileGuestCannotHoldAnyoneUp() throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    Thread guest =
        new Thread(
            () -> {
              for (int value = 1; !done.get(); value += 0x10001) {
                HostMemory.putInt(word, value | EventWord.LINKED);
              }
            });
    guest.start();
    for (int i = 0; i < 50_000; i++) {
      EventWord.set(word, EventWord.PENDING);
      EventWord.clear(word, EventWord.MASKED);
      EventWord.link(word, 3);
    }
    done.set(true);
    guest.join();
  }
}
