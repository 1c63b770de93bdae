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

  /** Requests of a disk that may be under way, and threads for them. */
  private static final int THREADS = 4;

  private final IoThreads threads;
  private final String type;
  private final ImageOpener opener;

  /** Opens what the keys {@code params} and {@code mode} say; any thread. */
  interface ImageOpener {
    DiskImage open(String params, String mode) throws DeviceException;
  }

  /**
   * A driver for a machine.
   *
   * @param driven whether the machine has no threads of its own: then everything happens on the
   *     event thread, and limits are not kept
   */
  public BlockDriver(ControlDomain control, boolean driven) {
    this(control, driven, DiskSpec.TYPE, BlockDriver::openImage);
  }

  /** The same for a class of devices of its own, with other images than files. */
  BlockDriver(ControlDomain control, boolean driven, String type, ImageOpener opener) {
    this.threads = new IoThreads(control, driven ? 0 : THREADS);
    this.type = type;
    this.opener = opener;
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public Backend open(BackendDevice device) throws DeviceException {
    try {
      threads.opened();
    } catch (HypercallFailure e) {
      throw new DeviceException("the machine lacks memory for disks: " + e.getMessage());
    }
    boolean done = false;
    try {
      Backend backend = new BlockBackend(device, threads, opener);
      done = true;
      return backend;
    } finally {
      if (!done) {
        threads.closed();
      }
    }
  }

  /** Opens what the key {@code params} names: a path behind {@code aio:} or {@code qcow2:}. */
  private static DiskImage openImage(String params, String mode) throws DeviceException {
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
