package dev.zendo.dom0;

import dev.zendo.hypervisor.Hypervisor;

/** Lets tests look behind a machine, at what no guest and no tool may see. */
public final class MachineParts {
  private MachineParts() {}

  /** The hypervisor of a machine. */
  public static Hypervisor hypervisor(Machine machine) {
    return machine.hypervisor();
  }
}
