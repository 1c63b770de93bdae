package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Vcpu;

/** Runs a vcpu on the calling thread. */
@FunctionalInterface
public interface VcpuRunner {
  /**
   * Runs the vcpu until {@link VcpuSchedule#mustStop()}. Must not throw: what goes wrong ends the
   * domain.
   */
  void run(Vcpu vcpu);
}
