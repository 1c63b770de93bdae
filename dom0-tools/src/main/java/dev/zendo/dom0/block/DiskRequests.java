package dev.zendo.dom0.block;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.block.image.DiskImage;
import dev.zendo.dom0.block.image.FrozenDisk;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.DeviceException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * What the toolstack asks of the image behind a disk, by writing keys of the back end; the answer
 * to the key {@code X} is {@code X-error}, empty when all went well. On the event thread.
 */
final class DiskRequests {
  private final BackendDevice device;
  private final BlockDriver.ImageOpener opener;
  private final Disk disk;
  private final DiskWork work;
  private final Runnable resized;
  private final boolean removable;
  private String params;

  /** Whether somebody else has the image for now. */
  private boolean released;

  /**
   * For a disk without an image so far.
   *
   * @param removable whether it is a drive: its medium may change
   * @param resized has the frontend look at the size
   */
  DiskRequests(
      BackendDevice device,
      BlockDriver.ImageOpener opener,
      Disk disk,
      DiskWork work,
      boolean removable,
      Runnable resized)
      throws DeviceException {
    this.device = device;
    this.opener = opener;
    this.disk = disk;
    this.work = work;
    this.removable = removable;
    this.resized = resized;
    this.params = device.requireBack("params");
    if (params.isEmpty() && !removable) {
      throw new DeviceException("the key params names no image");
    }
    readLimits();
  }

  /** Opens the first image. */
  void open(Consumer<String> then) {
    String mode = mode();
    work.add(() -> replaceImage(params, mode), then);
  }

  private String mode() {
    return device.back("mode").orElse("w");
  }

  /** A key of the back end was written. */
  void changed(String key) throws DeviceException {
    switch (key) {
      case "params":
        changeMedium();
        break;
      case "resize":
        resize();
        break;
      case "copy":
        copyImage();
        break;
      case "flush":
        flushImage();
        break;
      case "released":
        release();
        break;
      case "bytes-per-second":
      case "requests-per-second":
        readLimits();
        break;
      default:
        break;
    }
  }

  private void readLimits() throws DeviceException {
    disk.limit(number("bytes-per-second"), number("requests-per-second"));
  }

  private long number(String key) throws DeviceException {
    String text = device.back(key).orElse("0");
    try {
      return Math.max(0, Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new DeviceException("the key " + key + " is \"" + text + "\"; write a number");
    }
  }

  private void changeMedium() {
    String now = device.back("params").orElse("");
    if (now.equals(params) || !removable || released) {
      String reason = released ? "its domain is being moved" : "it is no drive for CDs";
      device.publish("medium-error", now.equals(params) ? "" : reason);
      return;
    }
    params = now;
    String mode = mode();
    work.whileQuiet(
        () -> replaceImage(now, mode),
        error -> {
          resized.run();
          // The answer: whoever waits for it finds the rest done.
          device.publish("medium-error", error);
        });
  }

  /** Returns what went wrong: the drive is empty then, and works. */
  private String replaceImage(String from, String mode) {
    try {
      disk.change(null);
      if (!from.isEmpty()) {
        disk.change(opener.open(from, mode));
      }
      return "";
    } catch (IOException | DeviceException e) {
      return e.getMessage();
    }
  }

  /** The toolstack wants what was written to be durable; requests go on meanwhile. */
  private void flushImage() {
    work.add(() -> flush(disk.image()), error -> device.publish("flush-error", error));
  }

  private static String flush(DiskImage image) {
    try {
      if (image != null) {
        image.flush();
      }
      return "";
    } catch (IOException e) {
      return IoReason.of(e);
    }
  }

  /** The toolstack lets another daemon have the image, or wants it back. */
  private void release() {
    boolean now = device.back("released").filter("1"::equals).isPresent();
    if (now == released) {
      device.publish("release-error", "");
      return;
    }
    keepFromGuest(true);
    String mode = mode();
    work.whileQuiet(
        () -> replaceImage(now ? "" : params, mode),
        error -> {
          keepFromGuest(now || !error.isEmpty());
          device.publish("release-error", error);
        });
  }

  private void keepFromGuest(boolean now) {
    released = now;
    work.queues().detain(now);
  }

  /** The toolstack wants all of the disk in a file. */
  private void copyImage() {
    String to = device.back("copy").orElse("");
    if (!to.isEmpty()) {
      work.whileQuiet(() -> copyImage(to), error -> device.publish("copy-error", error));
    }
  }

  private String copyImage(String to) {
    DiskImage image = disk.image();
    if (image == null) {
      return "there is no image to copy";
    }
    try {
      FrozenDisk.copy(image, Path.of(to));
      return "";
    } catch (IOException | InvalidPathException e) {
      return to + ": cannot be written (" + IoReason.of(e) + ")";
    }
  }

  /** The toolstack names a number of bytes, or has grown the file or device itself. */
  private void resize() throws DeviceException {
    long bytes = number("resize");
    work.add(
        () -> resizeImage(bytes),
        error -> {
          resized.run();
          device.publish("resize-error", error);
        });
  }

  private String resizeImage(long bytes) {
    DiskImage image = disk.image();
    if (image == null) {
      return "there is no image to resize";
    }
    try {
      image.resize(bytes);
      return "";
    } catch (IOException e) {
      return IoReason.of(e);
    }
  }

  /** Gives the image back. */
  void close(Runnable then) {
    work.add(this::closeImage, unused -> then.run());
  }

  private String closeImage() {
    try {
      disk.change(null);
    } catch (IOException e) {
      BlockDriver.LOG.error("{}: the image could not be closed: {}", device.path(), e.toString());
    }
    return "";
  }
}
