package dev.zendo.hypervisor.sched;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  @Test
  void anInterruptDoesNotCutTheWaitShortAndIsKept() {
    Thread caller = Thread.currentThread();
    Thread thread =
        new Thread(
            () -> {
              // Ends only after the wait has noticed the interrupt.
              while (caller.isInterrupted()) {
                Thread.onSpinWait();
              }
            });
    caller.interrupt();
    thread.start();
    Threads.awaitEnd(thread);
    assertTrue(Thread.interrupted());
    assertFalse(thread.isAlive());
  }

  @Test
  void aThreadDoesNotWaitForItself() throws InterruptedException {
    Thread thread = new Thread(() -> Threads.awaitEnd(Thread.currentThread()));
    thread.setDaemon(true);
    thread.start();
    thread.join(Duration.ofMinutes(1).toMillis());
    assertFalse(thread.isAlive());
  }
}
