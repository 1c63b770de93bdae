package dev.zendo.hypervisor.time;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.event.EventChannels;

/**
 * The timers of one vcpu and the time areas that its guest registered.
 *
 * <p>The one-shot timer fires whether the vcpu runs or not; the periodic one only ticks while it
 * runs, as on Xen. Thread-safe.
 */
public final class VcpuTime {
  private final Vcpu vcpu;
  private final Timers timers;
  private final Clock clock;
  private final Timer singleshot;
  private final Timer periodic;
  private final Timer poll;
  private long period;
  private long lastTick;
  private volatile long timeArea;
  private volatile long runstateArea;

  /** Timers of a vcpu, none armed. */
  public VcpuTime(Vcpu vcpu, Timers timers, Clock clock) {
    this.vcpu = vcpu;
    this.timers = timers;
    this.clock = clock;
    this.singleshot = new Timer(this::tick, this::failed);
    this.periodic = new Timer(this::periodicWork, this::failed);
    this.poll = new Timer(this::endPoll, this::failed);
  }

  private void failed(Throwable cause) {
    vcpu.domain().lifecycle().fail(vcpu.domain(), vcpu, cause);
  }

  /** Arms the one-shot timer; the past fires at once. */
  public void setSingleshot(long deadline) {
    setSingleshot(deadline, clock.nanos());
  }

  /** The same for a caller that has just read the clock. */
  public void setSingleshot(long deadline, long now) {
    if (deadline <= now) {
      timers.cancel(singleshot);
      tick();
    } else {
      timers.arm(singleshot, deadline);
    }
  }

  /** Disarms the one-shot timer. */
  public void stopSingleshot() {
    timers.cancel(singleshot);
  }

  /** Sets the period in nanoseconds, 0 for none. */
  public synchronized void setPeriod(long nanos) {
    timers.cancel(periodic);
    period = nanos;
    periodicWork();
  }

  /** The vcpu gets a processor: catches up with the period. */
  public void scheduledIn() {
    periodicWork();
  }

  /** The vcpu loses its processor: the period waits. */
  public void scheduledOut() {
    timers.cancel(periodic);
  }

  /** Ends a poll at a time. */
  public void setPollTimeout(long deadline) {
    timers.arm(poll, deadline);
  }

  /** Takes {@link #setPollTimeout} back. */
  public void stopPollTimeout() {
    timers.cancel(poll);
  }

  /** Guest address of the second vcpu_time_info, 0 when none. */
  public long timeArea() {
    return timeArea;
  }

  /** Sets the guest address of the second vcpu_time_info. */
  public void timeArea(long address) {
    timeArea = address;
  }

  /** Guest address of the vcpu_runstate_info, 0 when none. */
  public long runstateArea() {
    return runstateArea;
  }

  /** Sets the guest address of the vcpu_runstate_info. */
  public void runstateArea(long address) {
    runstateArea = address;
  }

  /** Disarms everything for ever and waits for what is under way. */
  public void close() {
    synchronized (this) {
      period = 0;
    }
    timers.cancelAndWait(singleshot);
    timers.cancelAndWait(periodic);
    timers.cancelAndWait(poll);
  }

  private void tick() {
    vcpu.domain().events().raiseVirq(EventChannels.VIRQ_TIMER, vcpu);
  }

  private synchronized void periodicWork() {
    if (period == 0) {
      return;
    }
    long now = clock.nanos();
    if (now - lastTick >= period) {
      lastTick = now;
      tick();
    }
    timers.arm(periodic, lastTick + period);
  }

  private void endPoll() {
    if (vcpu.domain().events().stopPolling(vcpu)) {
      vcpu.kick();
    }
  }
}
