package dev.zendo.dom0.daemon;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.block.image.DiskImage;
import dev.zendo.dom0.block.image.DiskImages;
import dev.zendo.dom0.block.image.ImageAccess;
import dev.zendo.dom0.block.image.ImageFormat;
import dev.zendo.dom0.bootloader.BootFiles;
import dev.zendo.dom0.bootloader.BootRequest;
import dev.zendo.dom0.bootloader.GuestBootloader;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.builder.SchedulingSpec;
import dev.zendo.dom0.config.Bootloader;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.console.ChannelSpec;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.display.VfbSpec;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.net.vif.VifSpec;
import dev.zendo.dom0.ninep.SharedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Makes of a configuration what the domain builder needs: reads files, names devices. */
final class SpecReader {
  private SpecReader() {}

  /**
   * Reads the kernel and the texts of devices.
   *
   * @param boot where files are copied that a bootloader finds, with names that begin with the
   *     domain's identity
   * @throws dev.zendo.dom0.ToolException one line
   */
  static DomainSpec read(DomainConfig config, String name, UUID uuid, Path boot) {
    List<DeviceSpec> devices = devices(config, uuid);
    BootFiles files =
        config.bootloader() == null
            ? new BootFiles(config.kernel(), config.ramdisk(), config.commandLine())
            : copied(config, devices, boot, uuid.toString());
    KernelImage kernel = KernelImage.read(files.kernel(), config.memoryMiB() << 20);
    return spec(config, name, uuid, kernel, files, devices);
  }

  /** The same for a domain that was saved: its kernel is in its memory. */
  static DomainSpec withoutKernel(DomainConfig config, String name, UUID uuid) {
    BootFiles files = new BootFiles(config.kernel(), config.ramdisk(), config.commandLine());
    return spec(config, name, uuid, null, files, devices(config, uuid));
  }

  private static DomainSpec spec(
      DomainConfig config,
      String name,
      UUID uuid,
      KernelImage kernel,
      BootFiles files,
      List<DeviceSpec> devices) {
    return new DomainSpec(
        name,
        uuid,
        kernel,
        files.ramdisk(),
        files.commandLine(),
        config.memoryMiB(),
        config.maxMemoryMiB(),
        config.maxVcpus(),
        config.vcpus(),
        new SchedulingSpec(config.weight(), config.cap(), SchedulingSpec.DEFAULT.processors()),
        devices);
  }

  /** What the first disk would boot. */
  private static BootFiles copied(
      DomainConfig config, List<DeviceSpec> devices, Path boot, String prefix) {
    String params =
        devices.stream()
            .filter(device -> device.type().equals(DiskSpec.TYPE))
            .findFirst()
            .map(device -> device.back().getOrDefault("params", ""))
            .orElse("");
    int colon = params.indexOf(':');
    Path disk = Path.of(params.substring(colon + 1));
    if (params.isEmpty()) {
      throw new ToolException("bootloader: the domain has no disk to boot from; give it one");
    }
    ImageFormat format = params.startsWith("qcow2:") ? ImageFormat.QCOW2 : ImageFormat.RAW;
    Bootloader loader = config.bootloader();
    String arguments = loader.commandLine() == null ? config.commandLine() : loader.commandLine();
    BootRequest request =
        new BootRequest(loader.kernel(), loader.ramdisk(), loader.entry(), arguments);
    try (DiskImage image = DiskImages.open(disk, format, ImageAccess.READ)) {
      return GuestBootloader.copy(
          disk.toString(), image, request, boot, prefix, config.memoryMiB() << 20);
    } catch (IOException e) {
      throw new ToolException("bootloader: " + e.getMessage(), e);
    }
  }

  /** What its devices shall be. */
  static List<DeviceSpec> devices(DomainConfig config, UUID uuid) {
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
