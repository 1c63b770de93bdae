package dev.zendo.dom0;

import dev.zendo.dom0.net.NetworkTime;
import dev.zendo.hypervisor.Hypervisor;
import dev.zendo.hypervisor.time.Timer;

/** The time of a machine without threads, which goes on with its guests' instructions. */
record DrivenTime(Hypervisor hypervisor) implements NetworkTime {
  @Override
  public long nanos() {
    return hypervisor.clock().nanos();
  }

  @Override
  public void later(long nanos, Runnable task) {
    hypervisor.timers().arm(new Timer(task), nanos() + nanos);
  }

  @Override
  public void close() {
    // The timers belong to the machine.
  }
}
