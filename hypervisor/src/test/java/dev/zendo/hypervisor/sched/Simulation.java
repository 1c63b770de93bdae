package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A machine whose time goes on in steps and whose vcpus, on one thread, do what they are told to:
 * everything is decided by the scheduler itself, and always in the same way.
 */
final class Simulation implements AutoCloseable {
  static final long MICRO = 1_000;
  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000_000_000;

  private static final long STEP = 50 * MICRO;

  /** What a vcpu does with its time. */
  private static final class Guest {
    final Vcpu vcpu;
    final Domain domain;

    /** Runs so long, then sleeps so long; never sleeps when 0. */
    final long work;

    final long sleep;
    final boolean yields;
    long workedUntil;
    long sleptUntil = Long.MAX_VALUE;
    long wokenAt = -1;
    long latest;
    long wakeUps;

    Guest(Domain domain, long work, long sleep, boolean yields) {
      this.domain = domain;
      this.vcpu = domain.vcpu(0);
      this.work = work;
      this.sleep = sleep;
      this.yields = yields;
    }
  }

  final TestMachine machine;
  private final Scheduler scheduler;
  private final List<Guest> guests = new ArrayList<>();
  private final Map<Vcpu, Guest> running = new HashMap<>();
  private final long[] runstate = new long[6];
  private final Map<Guest, Long> before = new HashMap<>();
  private long measuredFrom;

  Simulation(int processors) {
    machine = new TestMachine(processors);
    scheduler = machine.scheduler;
  }

  private int add(long work, long sleep, boolean yields) {
    Domain domain = machine.domain(guests.size() + 1, 1);
    guests.add(new Guest(domain, work, sleep, yields));
    return guests.size() - 1;
  }

  /** A domain with one vcpu that never stops computing; returns its index. */
  int hog() {
    return add(0, 0, false);
  }

  /** One that gives way after every step. */
  int yielder() {
    return add(0, 0, true);
  }

  /** One that computes and sleeps in turn. */
  int sleeper(long work, long sleep) {
    return add(work, sleep, false);
  }

  Simulation weight(int guest, int weight) {
    DomainShare share = guests.get(guest).domain.share();
    scheduler.share(guests.get(guest).domain, weight, share.cap());
    return this;
  }

  Simulation cap(int guest, int cap) {
    DomainShare share = guests.get(guest).domain.share();
    scheduler.share(guests.get(guest).domain, share.weight(), cap);
    return this;
  }

  Simulation pin(int guest, long processors) {
    scheduler.affinity(guests.get(guest).vcpu, processors, -1);
    return this;
  }

  Vcpu vcpu(int guest) {
    return guests.get(guest).vcpu;
  }

  /** Lets time go on; shares are counted from here. */
  Simulation run(long nanos) {
    measuredFrom = machine.clock.nanos();
    guests.forEach(
        guest -> {
          before.put(guest, ran(guest));
          guest.latest = 0;
          guest.wakeUps = 0;
        });
    long end = measuredFrom + nanos;
    while (machine.clock.nanos() < end) {
      dispatch();
      machine.clock.set(machine.clock.nanos() + STEP);
      machine.timers.runExpired();
      wake();
      behave();
    }
    return this;
  }

  private void dispatch() {
    Vcpu vcpu = scheduler.take();
    while (vcpu != null) {
      for (Guest guest : guests) {
        if (guest.vcpu == vcpu) {
          arrived(guest);
        }
      }
      vcpu = scheduler.take();
    }
  }

  private void arrived(Guest guest) {
    long now = machine.clock.nanos();
    running.put(guest.vcpu, guest);
    if (guest.wokenAt >= 0) {
      guest.latest = Math.max(guest.latest, now - guest.wokenAt);
      guest.wakeUps++;
      guest.wokenAt = -1;
      guest.workedUntil = ran(guest) + guest.work;
    }
  }

  private void wake() {
    long now = machine.clock.nanos();
    for (Guest guest : guests) {
      if (guest.sleptUntil <= now) {
        guest.sleptUntil = Long.MAX_VALUE;
        guest.wokenAt = now;
        guest.vcpu.kick();
      }
    }
  }

  private void behave() {
    for (Guest guest : List.copyOf(running.values())) {
      if (guest.yields) {
        scheduler.yield(guest.vcpu);
      }
      if (guest.work > 0 && ran(guest) >= guest.workedUntil) {
        guest.sleptUntil = machine.clock.nanos() + guest.sleep;
        scheduler.block(guest.vcpu);
      }
      if (guest.vcpu.schedule().mustStop()) {
        running.remove(guest.vcpu);
        scheduler.giveBack(guest.vcpu);
      }
    }
  }

  private long ran(Guest guest) {
    scheduler.runstate(guest.vcpu, runstate);
    return runstate[2 + VcpuSchedule.RUNNING];
  }

  /** Part of one processor that a guest had since the last {@link #run} began. */
  double share(int index) {
    Guest guest = guests.get(index);
    long time = machine.clock.nanos() - measuredFrom;
    return (double) (ran(guest) - before.get(guest)) / time;
  }

  /** Longest time from a wake-up to running, in nanoseconds. */
  long latest(int guest) {
    return guests.get(guest).latest;
  }

  long wakeUps(int guest) {
    return guests.get(guest).wakeUps;
  }

  @Override
  public void close() {
    machine.close();
  }
}
