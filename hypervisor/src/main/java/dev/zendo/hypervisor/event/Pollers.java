package dev.zendo.hypervisor.event;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import java.util.concurrent.atomic.AtomicLong;

/** Vcpus of a domain that wait for events with SCHEDOP_poll. Thread-safe, without locks. */
final class Pollers {
  private final Domain domain;
  private final AtomicLong waiting = new AtomicLong();

  Pollers(Domain domain) {
    this.domain = domain;
  }

  void start(Vcpu vcpu) {
    waiting.getAndAccumulate(1L << vcpu.id(), (old, bit) -> old | bit);
  }

  /** Returns whether the vcpu waited. */
  boolean stop(Vcpu vcpu) {
    long bit = 1L << vcpu.id();
    if ((waiting.get() & bit) == 0) {
      return false;
    }
    vcpu.schedule().pollPort(0);
    return (waiting.getAndAccumulate(bit, (old, mask) -> old & ~mask) & bit) != 0;
  }

  /** Wakes those that wait for a port. */
  void wake(int port) {
    long left = waiting.get();
    while (left != 0) {
      Vcpu vcpu = domain.vcpu(Long.numberOfTrailingZeros(left));
      left &= left - 1;
      int wanted = vcpu.schedule().pollPort();
      if ((wanted <= 0 || wanted == port) && stop(vcpu)) {
        vcpu.kick();
      }
    }
  }
}
