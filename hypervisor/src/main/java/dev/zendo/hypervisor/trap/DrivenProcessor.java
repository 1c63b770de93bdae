package dev.zendo.hypervisor.trap;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.sched.Scheduler;

/**
 * A processor without a thread, for machines whose owner decides when guest code is executed and
 * how much of it: {@link #ready} goes on until a vcpu is about to execute guest code, then the
 * owner lets the vcpu's executor run and hands over what it came back with. One thread.
 */
public final class DrivenProcessor {
  private final Scheduler scheduler;
  private final GuestLoop loop;
  private final TrapDelivery delivery;
  private final long[] runstate = new long[GuestLoop.RUNSTATE];
  private Vcpu current;
  private boolean entered;

  /** A processor that has nothing to run. */
  public DrivenProcessor(Scheduler scheduler, GuestLoop loop, TrapDelivery delivery) {
    this.scheduler = scheduler;
    this.loop = loop;
    this.delivery = delivery;
  }

  /** The vcpu whose executor may run now; null when no vcpu can. */
  public Vcpu ready() {
    while (true) {
      if (current == null) {
        current = scheduler.take();
        if (current == null) {
          return null;
        }
        contained(() -> loop.arrive(current, runstate));
      }
      if (current.schedule().mustStop()) {
        release();
      } else if (contained(() -> entered = loop.enter(current)) && entered) {
        return current;
      }
    }
  }

  /** Does something for the current vcpu, whose domain ends if that fails; whether it did not. */
  private boolean contained(Runnable work) {
    try {
      work.run();
      return true;
    } catch (RuntimeException | Error e) {
      delivery.fail(current, e);
      return false;
    }
  }

  /** The executor of the vcpu that was ready came back. */
  public void serve(int reason) {
    contained(() -> loop.leave(current, reason));
  }

  /** Gives the vcpu back that was ready last, if any. */
  public void release() {
    if (current != null) {
      current.gate().leave();
      contained(() -> loop.depart(current, runstate));
      scheduler.giveBack(current);
      current = null;
    }
  }
}
