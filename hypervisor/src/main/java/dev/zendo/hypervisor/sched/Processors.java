package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Vcpu;

/** The processors of a machine: which are free, and how far virtual time is on them. */
final class Processors {
  private final Processor[] all;
  private final RunQueue queue;

  /** Bits of those that run nothing. */
  private long free;

  /**
   * Processors that run nothing.
   *
   * @param queue who waits for them
   */
  Processors(int count, RunQueue queue) {
    this.queue = queue;
    all = new Processor[count];
    for (int i = 0; i < count; i++) {
      all[i] = new Processor(i);
    }
    free = mask();
  }

  int count() {
    return all.length;
  }

  /** Bits of all. */
  long mask() {
    return -1L >>> Long.SIZE - all.length;
  }

  Processor get(int number) {
    return all[number];
  }

  boolean anyFree() {
    return free != 0;
  }

  /** A free processor for a vcpu: where it ran last, where it would like to, or any; or null. */
  Processor freeFor(VcpuSchedule vcpu) {
    long may = free & vcpu.hardAffinity;
    if (may == 0) {
      return null;
    }
    long likes = may & vcpu.softAffinity;
    long from = likes != 0 ? likes : may;
    int last = vcpu.lastProcessor;
    return all[(from >>> last & 1) != 0 ? last : Long.numberOfTrailingZeros(from)];
  }

  /** A vcpu comes to a free processor. */
  void occupy(Processor processor, Vcpu vcpu, long now) {
    VcpuSchedule s = vcpu.schedule();
    free &= ~processor.bit();
    processor.current = vcpu;
    processor.since = now;
    processor.charged = now;
    processor.virtualTime = Math.max(processor.virtualTime, s.virtualTime);
    s.processor = processor;
    s.lastProcessor = processor.number;
  }

  /** The vcpu of a processor goes. */
  void leave(Processor processor) {
    processor.current.schedule().processor = null;
    processor.current = null;
    free |= processor.bit();
  }

  /** The vcpu of a processor pays for its time up to now. */
  static void charge(Processor processor, long now) {
    processor.current.schedule().virtualTime = processor.currentVirtualTime(now);
    processor.charged = now;
  }

  /**
   * How far virtual time is where a vcpu may run. It passes quickly where few share a processor.
   */
  long clockFor(VcpuSchedule vcpu, long now) {
    return clock(vcpu.hardAffinity, now);
  }

  /**
   * The same for a vcpu that comes to stay. A processor that nobody uses lets nobody fall behind:
   * it counts like the one where virtual time is farthest.
   */
  long clockForNew(VcpuSchedule vcpu, long now) {
    return clock((free & vcpu.hardAffinity) != 0 ? -1 : vcpu.hardAffinity, now);
  }

  private long clock(long affinity, long now) {
    long clock = Long.MIN_VALUE;
    for (Processor processor : all) {
      if ((affinity & processor.bit()) != 0) {
        clock = Math.max(clock, clock(processor, now));
      }
    }
    return clock;
  }

  /** Where somebody waits, it is not farther than for him: a light vcpu that runs is far ahead. */
  private long clock(Processor processor, long now) {
    if (processor.current == null) {
      return processor.virtualTime;
    }
    long time = processor.currentVirtualTime(now);
    Vcpu waiting = queue.firstFor(processor);
    if (waiting != null) {
      time = Math.min(time, waiting.schedule().key);
    }
    return Math.max(processor.virtualTime, time);
  }

  /**
   * The processor whose vcpu a waking one may interrupt first: that with the most virtual time
   * where the waking one may run; null when it may run nowhere.
   */
  Processor mostAdvanced(VcpuSchedule waking, long now) {
    Processor found = null;
    long most = Long.MIN_VALUE;
    for (Processor processor : all) {
      if (processor.current != null && waking.mayRunOn(processor)) {
        long time = processor.currentVirtualTime(now);
        if (time > most) {
          most = time;
          found = processor;
        }
      }
    }
    return found;
  }
}
