package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Vcpu;

/** One processor thread; its fields are guarded by the scheduler's lock. */
final class Processor {
  final int number;
  Thread thread;
  Vcpu current;
  long since;

  Processor(int number) {
    this.number = number;
  }
}
