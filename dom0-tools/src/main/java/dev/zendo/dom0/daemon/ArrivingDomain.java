package dev.zendo.dom0.daemon;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.builder.BuiltDomain;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.migrate.DomainRestorer;
import dev.zendo.dom0.migrate.Progress;
import java.nio.file.Files;
import java.nio.file.Path;

/** A domain that comes from another daemon, which has its disks until it may run here. */
final class ArrivingDomain implements DomainSource {
  private final DomainRestorer restorer;

  ArrivingDomain(DomainRestorer.Body body) {
    restorer = new DomainRestorer(body, 0, Progress.NONE);
  }

  /**
   * Refuses early what could not be had later.
   *
   * @throws ToolException when an image is not there
   */
  static void requireDisks(DomainConfig config) {
    for (String text : config.devices().get("disk")) {
      DeviceSpec disk = DiskSpec.parse(text, config.folder());
      String params = disk.back().get("params");
      String path = params.substring(params.indexOf(':') + 1);
      if (!path.isEmpty() && !Files.isReadable(Path.of(path))) {
        throw new ToolException(
            disk.back().get("dev") + ": " + path + " cannot be read on the host it would move to");
      }
    }
  }

  @Override
  public BuiltDomain build(ControlDomain control, DomainSpec spec) {
    return restorer.build(control, spec);
  }

  @Override
  public boolean isLate(DeviceSpec device) {
    return device.type().equals(DiskSpec.TYPE) && !device.back().get("mode").equals("r");
  }
}
