package dev.zendo.dom0.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.Machine;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is served when on the event thread of the control domain. */
class EventPortsTest {
  private final Machine machine = Machine.start(16, 1);
  private final EventPorts events = machine.control().events();

  @AfterEach
  void stop() {
    machine.close();
  }

  @Test
  void aTaskThatPostsItselfAgainKeepsNeitherEventsNorOtherTasksFromBeingServed()
      throws InterruptedException {
    Semaphore served = new Semaphore(0);
    int port = events.allocUnbound(0);
    events.bind(0, port, served::release);
    assertTrue(served.tryAcquire(1, TimeUnit.MINUTES), "once at the beginning");
    AtomicBoolean busy = new AtomicBoolean(true);
    Runnable[] again = new Runnable[1];
    again[0] =
        () -> {
          if (busy.get()) {
            events.post(again[0]);
          }
        };
    events.post(again[0]);
    events.send(port);
    assertTrue(served.tryAcquire(1, TimeUnit.MINUTES), "an event");
    CountDownLatch other = new CountDownLatch(1);
    events.post(other::countDown);
    assertTrue(other.await(1, TimeUnit.MINUTES), "another task");
    busy.set(false);
  }

  /** A hostile framebuffer found it: connected and refused in one go. */
  @Test
  void aPortThatIsClosedAtOnceHasNoFirstEvent() {
    AtomicBoolean ran = new AtomicBoolean();
    int remote = events.allocUnbound(0);
    events.await(() -> events.close(events.bind(0, remote, () -> ran.set(true))));
    events.await(() -> {});
    events.await(() -> {});
    assertFalse(ran.get());
  }

  @Test
  void whatAHandlerThrowsIsOurErrorAndEndsNoOtherTask() throws InterruptedException {
    events.post(
        () -> {
          throw new AssertionError("made by the test");
        });
    CountDownLatch other = new CountDownLatch(1);
    events.post(other::countDown);
    assertTrue(other.await(1, TimeUnit.MINUTES), "another task");
    assertEquals(1, machine.internalErrors().size());
    assertTrue(machine.internalErrors().get(0).text().contains("made by the test"));
  }
}
