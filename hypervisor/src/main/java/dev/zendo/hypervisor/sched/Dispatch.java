package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.time.Clock;
import dev.zendo.hypervisor.time.Timer;
import dev.zendo.hypervisor.time.Timers;

/**
 * Which vcpu runs on which processor, and for how long: the run queue, the processors, and one
 * timer for all ends of slices and periods, armed only while somebody waits or a capped vcpu runs.
 *
 * <p>All methods are called with the scheduler's lock held.
 */
final class Dispatch {
  private static final long NEVER = Long.MAX_VALUE;

  private final Clock clock;
  private final Timers timers;
  private final Processors processors;
  private final RunQueue queue = new RunQueue();
  private final CreditPolicy policy = new CreditPolicy();

  /** Vcpus whose domains have used up what their caps allow. */
  private final RunQueue parked = new RunQueue();

  private final Timer timer;

  /** Time for which the timer is armed. */
  private long armedFor = NEVER;

  /**
   * Nothing runs.
   *
   * @param timer calls {@link #review} under the lock
   */
  Dispatch(int processors, Clock clock, Timers timers, Timer timer) {
    this.processors = new Processors(processors, queue);
    this.clock = clock;
    this.timers = timers;
    this.timer = timer;
  }

  Processors processors() {
    return processors;
  }

  CreditPolicy policy() {
    return policy;
  }

  /**
   * A vcpu wants to run that did not before.
   *
   * @return whether a processor is free for it, which {@link #next} gives to it
   */
  boolean arrive(Vcpu vcpu, long now) {
    VcpuSchedule s = vcpu.schedule();
    CreditPolicy.comeBack(s, processors.clockForNew(s, now));
    enqueue(vcpu, s.virtualTime, now);
    if (processors.freeFor(s) != null) {
      return true;
    }
    interruptFor(s, now);
    arm(now);
    return false;
  }

  /** A vcpu leaves its processor and wants to go on. */
  void requeue(Vcpu vcpu, long now) {
    VcpuSchedule s = vcpu.schedule();
    long key = s.virtualTime;
    if (s.givesWay && !queue.isEmpty()) {
      CreditPolicy.comeBack(s, processors.clockFor(s, now));
      key = Math.max(s.virtualTime, queue.lastKey());
    }
    enqueue(vcpu, key, now);
  }

  private void enqueue(Vcpu vcpu, long key, long now) {
    VcpuSchedule s = vcpu.schedule();
    s.queued = true;
    s.key = key;
    s.enter(VcpuSchedule.RUNNABLE, now);
    queue.add(vcpu);
  }

  /** Takes the place of the vcpu with the least credit, at once or when it has run a little. */
  private void interruptFor(VcpuSchedule waking, long now) {
    Processor processor = processors.mostAdvanced(waking, now);
    if (processor != null && CreditPolicy.mayInterrupt(waking, processor.currentVirtualTime(now))) {
      processor.sliceEnd = Math.min(processor.sliceEnd, processor.since + policy.rateLimit);
      if (processor.sliceEnd <= now) {
        preempt(processor, now);
      }
    }
  }

  /** Gives a free processor to the first vcpu that may have it; null when there is none. */
  Vcpu next() {
    int i = 0;
    while (processors.anyFree() && i < queue.size()) {
      Vcpu vcpu = queue.get(i);
      VcpuSchedule s = vcpu.schedule();
      if (s.reasons.get() != 0) {
        queue.remove(i);
        s.queued = false;
        s.enter(s.idleState(), clock.nanos());
        continue;
      }
      Processor processor = processors.freeFor(s);
      if (processor == null) {
        i++;
        continue;
      }
      queue.remove(i);
      long now = clock.nanos();
      if (Caps.admits(vcpu.domain().share(), now)) {
        run(vcpu, processor, now);
        return vcpu;
      }
      parked.add(vcpu);
      arm(now);
    }
    return null;
  }

  private void run(Vcpu vcpu, Processor processor, long now) {
    VcpuSchedule s = vcpu.schedule();
    s.queued = false;
    s.preempt = false;
    s.givesWay = false;
    s.enter(VcpuSchedule.RUNNING, now);
    CreditPolicy.limit(s, processors.clockFor(s, now));
    processors.occupy(processor, vcpu, now);
    processor.sliceEnd = now + policy.slice;
    processor.allotment = Caps.take(vcpu.domain().share(), policy.slice);
    if (!queue.isEmpty() || processor.allotment != NEVER) {
      arm(now);
    }
  }

  /** The vcpu of a processor goes off it. */
  void stop(Vcpu vcpu, long now) {
    Processor processor = vcpu.schedule().processor;
    Processors.charge(processor, now);
    if (processor.allotment != NEVER) {
      Caps.giveBack(vcpu.domain().share(), processor.allotment - (now - processor.since));
    }
    processors.leave(processor);
    vcpu.schedule().preempt = false;
  }

  /** A vcpu goes off its processor for those that wait there, if any do. */
  void giveWay(Vcpu vcpu) {
    VcpuSchedule s = vcpu.schedule();
    if (s.processor != null && queue.firstFor(s.processor) != null) {
      s.givesWay = true;
      s.preempt = true;
    }
  }

  /**
   * Ends slices whose time has come and begins periods of caps.
   *
   * @return whether vcpus wait for processors that are free
   */
  boolean review(long now) {
    armedFor = NEVER;
    boolean work = unpark(now);
    for (int i = 0; i < processors.count(); i++) {
      Processor processor = processors.get(i);
      if (processor.current != null && now >= Math.min(processor.end(), processor.sliceEnd)) {
        endSlice(processor, now);
      }
    }
    arm(now);
    return work;
  }

  private void endSlice(Processor processor, long now) {
    VcpuSchedule running = processor.current.schedule();
    Processors.charge(processor, now);
    CreditPolicy.limit(running, processors.clockFor(running, now));
    if (now >= processor.end() || somebodyIsNext(processor, now)) {
      preempt(processor, now);
    } else {
      processor.sliceEnd = now + policy.slice;
    }
  }

  private boolean somebodyIsNext(Processor processor, long now) {
    Vcpu first = queue.firstFor(processor);
    return first != null && first.schedule().key <= processor.currentVirtualTime(now);
  }

  private void preempt(Processor processor, long now) {
    processor.current.schedule().preempt = true;
    processor.current.executor().requestExit();
    // Asked once more if it is still there then.
    processor.sliceEnd = now + policy.slice;
    if (processor.end() <= now) {
      long more = now - processor.end() + policy.slice;
      processor.allotment += more;
      Caps.giveBack(processor.current.domain().share(), -more);
    }
  }

  private boolean unpark(long now) {
    boolean work = false;
    for (int i = 0; i < parked.size(); ) {
      Vcpu vcpu = parked.get(i);
      if (!Caps.admits(vcpu.domain().share(), now)) {
        i++;
        continue;
      }
      parked.remove(i);
      VcpuSchedule s = vcpu.schedule();
      CreditPolicy.comeBack(s, processors.clockForNew(s, now));
      s.key = s.virtualTime;
      queue.add(vcpu);
      work |= processors.freeFor(s) != null;
    }
    return work;
  }

  /** A vcpu that runs pays up to now, by the rules that held until now. */
  void settle(Vcpu vcpu, long now) {
    if (vcpu.schedule().processor != null) {
      Processors.charge(vcpu.schedule().processor, now);
    }
  }

  /** Other rules hold for a vcpu: it finds its place anew, and a processor where it may run. */
  void changed(Vcpu vcpu, long now) {
    VcpuSchedule s = vcpu.schedule();
    settle(vcpu, now);
    boolean waits = queue.remove(vcpu);
    CreditPolicy.restart(s, processors.clockForNew(s, now));
    if (s.processor != null) {
      preempt(s.processor, now);
    } else if (waits) {
      s.key = s.virtualTime;
      queue.add(vcpu);
    }
    arm(now);
  }

  /** Arms the timer for what comes next, unless it is armed for something earlier. */
  private void arm(long now) {
    long next = NEVER;
    for (int i = 0; i < parked.size(); i++) {
      next = Math.min(next, Caps.nextPeriod(parked.get(i).domain().share()));
    }
    for (int i = 0; i < processors.count(); i++) {
      Processor processor = processors.get(i);
      if (processor.current != null) {
        next = Math.min(next, processor.end());
        if (processor.sliceEnd < next && queue.firstFor(processor) != null) {
          next = processor.sliceEnd;
        }
      }
    }
    if (next < armedFor) {
      armedFor = Math.max(next, now);
      timers.arm(timer, armedFor);
    }
  }
}
