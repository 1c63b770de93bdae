package dev.zendo.dom0.builder;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.device.DeviceSpec;

/** Where a domain's memory and vcpus come from: a kernel, or what was saved. */
@FunctionalInterface
public interface DomainSource {
  /** From the kernel of the specification. */
  DomainSource KERNEL = DomainBuilder::build;

  /**
   * Builds a domain and leaves it paused.
   *
   * @throws dev.zendo.dom0.ToolException when it cannot be built; then nothing of it is left
   */
  BuiltDomain build(ControlDomain control, DomainSpec spec);

  /**
   * Whether somebody else uses a device until the domain may run: then it has it only after {@link
   * dev.zendo.dom0.Guest#attachLate}.
   */
  default boolean isLate(DeviceSpec device) {
    return false;
  }
}
