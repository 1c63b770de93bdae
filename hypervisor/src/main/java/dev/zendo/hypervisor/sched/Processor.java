package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Vcpu;

/** What vcpus see as a processor of the machine; at most one runs on it. Under the lock. */
final class Processor {
  final int number;

  /** The vcpu that runs here, or null. */
  Vcpu current;

  /** When it came. */
  long since;

  /** Up to when it has paid with virtual time. */
  long charged;

  /** When it has to make room for others that wait. */
  long sliceEnd;

  /** Running time that its domain's cap leaves it. */
  long allotment;

  /** The most virtual time of those that ran here, when they came. */
  long virtualTime;

  Processor(int number) {
    this.number = number;
  }

  long bit() {
    return 1L << number;
  }

  /** When the vcpu here must stop in any case. */
  long end() {
    return allotment == Long.MAX_VALUE ? Long.MAX_VALUE : since + allotment;
  }

  /** Virtual time of the vcpu that runs here. */
  long currentVirtualTime(long now) {
    return current.schedule().virtualTime
        + CreditPolicy.virtual(current.domain().share(), now - charged);
  }
}
