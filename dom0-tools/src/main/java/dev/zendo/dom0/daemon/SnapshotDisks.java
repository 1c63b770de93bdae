package dev.zendo.dom0.daemon;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.device.DeviceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The disks of a snapshot, in a folder of their own: copies of those that the domain could write,
 * and what clones write. All of it goes when the snapshot and its clones are gone. Thread-safe.
 */
final class SnapshotDisks {
  private final Overlays overlays;
  private final Path folder;

  /** For a snapshot that is being taken. */
  SnapshotDisks(Overlays overlays, String name) {
    this.overlays = overlays;
    folder = overlays.open(name.replace(',', '_') + "-" + UUID.randomUUID());
  }

  /**
   * Copies the disks that a suspended domain could write.
   *
   * @throws ToolException when one cannot be copied
   */
  synchronized void copy(Guest guest, DomainConfig present) {
    for (String text : present.devices().get("disk")) {
      DeviceSpec disk = DiskSpec.parse(text, present.folder());
      if (isWritable(disk)) {
        String name = disk.back().get("dev");
        make();
        guest.disks().copy(name, folder.resolve(name + Overlays.COPY));
      }
    }
  }

  private void make() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw Overlays.failed(folder, e);
    }
  }

  private static boolean isWritable(DeviceSpec disk) {
    return !disk.back().get("mode").equals("r");
  }

  /**
   * The disks of a clone: those that it can write are images of its own on top of the copies.
   *
   * @return their texts, as in a configuration
   * @throws ToolException when an image cannot be made
   */
  synchronized List<String> of(DomainConfig clone) {
    List<String> texts = new ArrayList<>();
    UUID identity = UUID.randomUUID();
    boolean done = false;
    try {
      for (String text : clone.devices().get("disk")) {
        DeviceSpec disk = DiskSpec.parse(text, clone.folder());
        texts.add(isWritable(disk) ? overlay(disk, identity) : text);
      }
      done = true;
      return texts;
    } finally {
      if (!done) {
        overlays.release(overlays.of(texts, clone.folder()), image -> false);
      }
    }
  }

  private String overlay(DeviceSpec disk, UUID identity) {
    String name = disk.back().get("dev");
    Path copy = folder.resolve(name + Overlays.COPY);
    Map<String, String> back = new TreeMap<>(disk.back());
    back.put("params", overlays.make(folder, identity + "-" + name, copy));
    return DeviceTexts.disk(new DeviceSpec(disk.type(), disk.devid(), disk.front(), back));
  }

  /** The snapshot is gone: the copies go as soon as there are no images on top of them. */
  void close() {
    overlays.close(folder);
  }
}
