package dev.zendo.dom0.migrate;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.ShutdownRequest;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.VcpuStateControl;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest whose kernel has stopped itself so that it can be saved: it has let go of grants and
 * frames that it does not own, and waits in a hypercall whose result tells it whether it was moved.
 */
public final class Suspension {
  private static final Logger LOG = LoggerFactory.getLogger(Suspension.class);

  private final ControlDomain control;
  private final Guest guest;

  private Suspension(ControlDomain control, Guest guest) {
    this.control = control;
    this.guest = guest;
  }

  /**
   * Asks a guest to suspend, and waits until it has.
   *
   * @param patience how long
   * @throws ToolException when it does not, or ends
   */
  public static Suspension of(ControlDomain control, Guest guest, Duration patience)
      throws InterruptedException {
    CompletableFuture<Void> suspended = guest.expectSuspend();
    boolean done = false;
    try {
      guest.requests().shutdown(ShutdownRequest.SUSPEND);
      CompletableFuture.anyOf(suspended, guest.end()).get(patience.toNanos(), TimeUnit.NANOSECONDS);
      done = suspended.isDone();
      if (!done) {
        throw new ToolException(
            guest.spec().name() + " " + guest.end().join().text() + " instead of suspending");
      }
      return new Suspension(control, guest);
    } catch (TimeoutException e) {
      throw new ToolException(
          guest.spec().name()
              + ": its kernel did not suspend within "
              + patience.toSeconds()
              + " s; has it drivers for that, and is it up?",
          e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      if (!done) {
        if (guest.requests().withdrawShutdown(ShutdownRequest.SUSPEND)) {
          guest.resumed();
        } else {
          // It has begun; nobody wants it when it is ready.
          suspended
              .thenRunAsync(new Suspension(control, guest)::cancel)
              .exceptionally(
                  error -> {
                    LOG.warn(
                        "{} suspended too late and does not go on", guest.spec().name(), error);
                    return null;
                  });
        }
      }
    }
  }

  /**
   * Lets it go on where it is, as if it had not been asked: its hypercall returns 1. What a context
   * leaves out stays as it was.
   */
  public void cancel() {
    VcpuStateControl states = control.vcpuStates();
    int domain = guest.id();
    byte[] context = states.context(domain, 0);
    byte[] extended = states.extended(domain, 0);
    byte[] area = states.area(domain, 0);
    byte[] msrs = states.msrs(domain, 0);
    CpuUserRegs.RAX.set(new Contents(context), VcpuGuestContext.USER_REGS.at(0), 1);
    states.context(domain, 0, context);
    states.extended(domain, 0, extended);
    states.area(domain, 0, area);
    states.msrs(domain, 0, msrs);
    guest.resumed();
    control.domains().resume(domain);
  }
}
