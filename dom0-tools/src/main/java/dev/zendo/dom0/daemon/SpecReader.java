package dev.zendo.dom0.daemon;

import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.builder.SchedulingSpec;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.console.ChannelSpec;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.display.VfbSpec;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.net.vif.VifSpec;
import dev.zendo.dom0.ninep.SharedFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Makes of a configuration what the domain builder needs: reads files, names devices. */
final class SpecReader {
  private SpecReader() {}

  /**
   * Reads the kernel and the texts of devices.
   *
   * @throws dev.zendo.dom0.ToolException one line
   */
  static DomainSpec read(DomainConfig config, String name, UUID uuid) {
    return new DomainSpec(
        name,
        uuid,
        KernelImage.read(config.kernel(), config.memoryMiB() << 20),
        config.ramdisk(),
        config.commandLine(),
        config.memoryMiB(),
        config.maxMemoryMiB(),
        config.maxVcpus(),
        config.vcpus(),
        new SchedulingSpec(config.weight(), config.cap(), SchedulingSpec.DEFAULT.processors()),
        devices(config, uuid));
  }

  private static List<DeviceSpec> devices(DomainConfig config, UUID uuid) {
    List<DeviceSpec> devices = new ArrayList<>();
    for (String text : config.devices().get("disk")) {
      devices.add(DiskSpec.parse(text, config.folder()));
    }
    int index = 0;
    for (String text : config.devices().get("vif")) {
      VifSpec vif = VifSpec.parse(text);
      devices.add(vif.device(uuid, vif.devid().orElse(index++)));
    }
    index = 0;
    for (String text : config.devices().get("p9")) {
      devices.add(SharedFolder.parse(text, config.folder()).device(index++));
    }
    index = 1;
    for (String text : config.devices().get("channel")) {
      devices.add(ChannelSpec.parse(text, config.folder(), index++));
    }
    for (String text : config.devices().get("vfb")) {
      devices.addAll(VfbSpec.parse(text));
    }
    return devices;
  }
}
