package dev.zendo.dom0.daemon;

import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.DiskControl;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.device.DeviceSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The disks that a domain may write and that this machine serves, while it moves: only one daemon
 * at a time has their images open. One thread.
 */
final class LeavingDisks {
  private final DiskControl control;
  private final List<String> names;
  private final List<String> released = new ArrayList<>();

  LeavingDisks(Machine machine, ManagedDomain domain) {
    control = domain.guest().disks();
    names =
        new DomainDevices(machine.store().client())
            .all(domain.id(), List.of(DiskSpec.TYPE)).stream()
                .filter(LeavingDisks::isOurs)
                .map(disk -> Integer.toString(disk.devid()))
                .toList();
  }

  private static boolean isOurs(DeviceSpec disk) {
    return disk.backendDomain() == 0 && !"r".equals(disk.back().get("mode"));
  }

  /**
   * Makes durable what was written, while the domain runs: then {@link #release} has little to do.
   *
   * @throws ToolException when that fails
   */
  void flush() {
    names.forEach(control::flush);
  }

  /**
   * Carries out what is under way, and lets the images go.
   *
   * @throws ToolException when that fails
   */
  void release() {
    for (String name : names) {
      released.add(name);
      control.release(name);
    }
  }

  /**
   * Opens the images again.
   *
   * @throws ToolException when one cannot be opened, perhaps because somebody else still has it
   */
  void takeBack() {
    while (!released.isEmpty()) {
      control.takeBack(released.get(0));
      released.remove(0);
    }
  }
}
