package dev.zendo.dom0.migrate;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.ShutdownRequest;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.ControlDomain;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest was asked to suspend: its kernel takes some milliseconds, in which others can work. Used
 * by one thread.
 */
public final class SuspendRequest implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SuspendRequest.class);

  private final ControlDomain control;
  private final Guest guest;

  /** Completes with the {@link System#nanoTime} when it has suspended. */
  private final CompletableFuture<Long> suspended;

  private boolean granted;

  /** Asks. */
  public SuspendRequest(ControlDomain control, Guest guest) {
    this.control = control;
    this.guest = guest;
    this.suspended = guest.expectSuspend().thenApply(any -> System.nanoTime());
    boolean asked = false;
    try {
      guest.requests().shutdown(ShutdownRequest.SUSPEND);
      asked = true;
    } finally {
      if (!asked) {
        guest.resumed();
      }
    }
  }

  /**
   * Waits until it has suspended.
   *
   * @param patience how long
   * @throws ToolException when it does not, or ends
   */
  public Suspension await(Duration patience) throws InterruptedException {
    try {
      CompletableFuture.anyOf(suspended, guest.end()).get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new ToolException(
          guest.spec().name()
              + ": its kernel did not suspend within "
              + patience.toSeconds()
              + " s; has it drivers for that, and is it up?",
          e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    if (!suspended.isDone()) {
      throw new ToolException(
          guest.spec().name() + " " + guest.end().join().text() + " instead of suspending");
    }
    granted = true;
    return new Suspension(control, guest, suspended.join());
  }

  /** Takes it back if nobody has got the suspended guest: that goes on. */
  @Override
  public void close() {
    if (granted) {
      return;
    }
    if (guest.requests().withdrawShutdown(ShutdownRequest.SUSPEND)) {
      guest.resumed();
      return;
    }
    // It has begun; nobody wants it when it is ready.
    suspended
        .thenRunAsync(new Suspension(control, guest, 0)::cancel)
        .exceptionally(
            error -> {
              LOG.warn("{} suspended too late and does not go on", guest.spec().name(), error);
              return null;
            });
  }
}
