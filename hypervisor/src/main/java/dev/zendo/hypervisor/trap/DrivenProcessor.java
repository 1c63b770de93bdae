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
  private final long[] runstate = new long[GuestLoop.RUNSTATE];
  private Vcpu current;

  /** A processor that has nothing to run. */
  public DrivenProcessor(Scheduler scheduler, GuestLoop loop) {
    this.scheduler = scheduler;
    this.loop = loop;
  }

  /** The vcpu whose executor may run now; null when no vcpu can. */
  public Vcpu ready() {
    while (true) {
      if (current == null) {
        current = scheduler.take();
        if (current == null) {
          return null;
        }
        loop.arrive(current, runstate);
      }
      if (current.schedule().mustStop()) {
        release();
      } else if (loop.enter(current)) {
        return current;
      }
    }
  }

  /** The executor of the vcpu that was ready came back. */
  public void serve(int reason) {
    loop.leave(current, reason);
  }

  /** Gives the vcpu back that was ready last, if any. */
  public void release() {
    if (current != null) {
      current.gate().leave();
      loop.depart(current, runstate);
      scheduler.giveBack(current);
      current = null;
    }
  }
}
