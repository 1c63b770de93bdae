package dev.zendo.dom0.block;

import dev.zendo.dom0.block.image.DiskImage;
import dev.zendo.dom0.block.image.DiskImages;
import dev.zendo.dom0.block.image.ImageAccess;
import dev.zendo.dom0.block.image.ImageFormat;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.BackendDriver;
import dev.zendo.dom0.device.DeviceException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves disks. Its threads are there while there are disks. */
public final class BlockDriver implements BackendDriver {
  static final Logger LOG = LoggerFactory.getLogger(BlockDriver.class);

  /** Threads that do input and output for all disks of a machine. */
  private static final int THREADS = 4;

  private final IoThreads threads;
  private int open;

  /**
   * A driver for a machine.
   *
   * @param driven whether the machine has no threads of its own: then everything happens on the
   *     event thread, and limits are not kept
   */
  public BlockDriver(ControlDomain control, boolean driven) {
    this.threads = new IoThreads(control, driven ? 0 : THREADS);
  }

  @Override
  public String type() {
    return DiskSpec.TYPE;
  }

  @Override
  public Backend open(BackendDevice device) throws DeviceException {
    try {
      threads.prepare();
    } catch (HypercallFailure e) {
      throw new DeviceException("the machine lacks memory for disks: " + e.getMessage());
    }
    Backend backend = new BlockBackend(device, this, threads);
    open++;
    return backend;
  }

  /** A device is gone; on the event thread as {@link #open}. */
  void closed() {
    if (--open == 0) {
      threads.stop();
    }
  }

  /** Opens what the key {@code params} names: a path behind {@code aio:} or {@code qcow2:}. */
  static DiskImage openImage(String params, String mode) throws DeviceException {
    ImageFormat format = params.startsWith("qcow2:") ? ImageFormat.QCOW2 : ImageFormat.RAW;
    String path = params.replaceFirst("^(aio|qcow2|raw|file|phy):", "");
    try {
      return DiskImages.open(Path.of(path), format, access(mode));
    } catch (InvalidPathException e) {
      throw new DeviceException("the key params is no path");
    } catch (IOException e) {
      throw new DeviceException(e.getMessage());
    }
  }

  private static ImageAccess access(String mode) throws DeviceException {
    switch (mode) {
      case "r":
        return ImageAccess.READ;
      case "w":
        return ImageAccess.WRITE;
      case "w!":
        return ImageAccess.WRITE_SHARED;
      default:
        throw new DeviceException("the key mode is \"" + mode + "\"; write r, w or w!");
    }
  }
}
