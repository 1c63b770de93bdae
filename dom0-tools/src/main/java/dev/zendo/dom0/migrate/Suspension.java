package dev.zendo.dom0.migrate;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.VcpuStateControl;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import java.time.Duration;

/**
 * A guest whose kernel has stopped itself so that it can be saved: it has let go of grants and
 * frames that it does not own, and waits in a hypercall whose result tells it whether it was moved.
 */
public final class Suspension {
  private final ControlDomain control;
  private final Guest guest;
  private final long since;

  Suspension(ControlDomain control, Guest guest, long since) {
    this.control = control;
    this.guest = guest;
    this.since = since;
  }

  /** When it stopped, as {@link System#nanoTime} counts. */
  public long since() {
    return since;
  }

  /**
   * Asks a guest to suspend, and waits until it has.
   *
   * @param patience how long
   * @throws ToolException when it does not, or ends
   */
  public static Suspension of(ControlDomain control, Guest guest, Duration patience)
      throws InterruptedException {
    try (SuspendRequest request = new SuspendRequest(control, guest)) {
      return request.await(patience);
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
