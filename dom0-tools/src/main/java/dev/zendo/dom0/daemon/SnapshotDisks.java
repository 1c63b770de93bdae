package dev.zendo.dom0.daemon;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.block.image.FrozenDisk;
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
import java.util.stream.Stream;

/**
 * The disks of a snapshot, in a folder of their own: copies of those that the domain could write,
 * and what clones write. All of it goes when the snapshot and its clones are gone. Thread-safe.
 */
final class SnapshotDisks {
  private static final String COPY = ".raw";

  private final Path folder;

  /** Whether the snapshot is gone. */
  private boolean closed;

  /** For a snapshot that is being taken. */
  SnapshotDisks(Path snapshots, String name) {
    folder = snapshots.resolve(name.replace(',', '_') + "-" + UUID.randomUUID());
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
        guest.disks().copy(name, folder.resolve(name + COPY));
      }
    }
  }

  private void make() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  private static ToolException failed(Path what, IOException e) {
    return new ToolException(what + ": cannot be written (" + e.getMessage() + ")", e);
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
        remove(texts);
      }
    }
  }

  private String overlay(DeviceSpec disk, UUID identity) {
    String name = disk.back().get("dev");
    Path overlay = folder.resolve(identity + "-" + name + ".qcow2");
    try {
      FrozenDisk.overlay(overlay, folder.resolve(name + COPY));
    } catch (IOException e) {
      throw failed(overlay, e);
    }
    Map<String, String> back = new TreeMap<>(disk.back());
    back.put("params", "qcow2:" + overlay);
    return DeviceTexts.disk(new DeviceSpec(disk.type(), disk.devid(), disk.front(), back));
  }

  /** Removes the images of a clone that is gone, or could not be made. */
  synchronized void remove(List<String> texts) {
    for (String text : texts) {
      Path overlay = overlay(text);
      if (overlay != null) {
        delete(overlay);
      }
    }
    if (closed) {
      removeUnused();
    }
  }

  /** Whether a disk is one of the images that clones write. */
  boolean isOverlay(String text) {
    return overlay(text) != null;
  }

  private Path overlay(String text) {
    String params = DiskSpec.parse(text, folder).back().get("params");
    return params.startsWith("qcow2:" + folder + "/")
        ? Path.of(params.substring("qcow2:".length()))
        : null;
  }

  /** The snapshot is gone: the copies go as soon as there are no images on top of them. */
  synchronized void close() {
    closed = true;
    removeUnused();
  }

  private void removeUnused() {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    } catch (IOException e) {
      // There were no disks.
      return;
    }
    if (files.stream().allMatch(file -> file.toString().endsWith(COPY))) {
      files.forEach(SnapshotDisks::delete);
      delete(folder);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }
}
