package dev.zendo.dom0.block;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceControl;
import dev.zendo.dom0.device.DevicePath;
import java.nio.file.Path;

/**
 * What a toolstack does to the disks of a running guest. A disk is called by its name, such as
 * {@code xvda}, or its number. Thread-safe; every method waits for the back end, so none is for the
 * event thread.
 */
public final class DiskControl {
  /** How long a copy may take. */
  private static final int COPY_SECONDS = 900;

  /** How long the requests that are under way may take, and what has to become durable then. */
  private static final int RELEASE_SECONDS = 60;

  private final DeviceControl devices;
  private final int domain;

  /** The disks of a domain. */
  public DiskControl(DeviceControl devices, int domain) {
    this.devices = devices;
    this.domain = domain;
  }

  private DevicePath path(String name) {
    return new DevicePath(DiskSpec.TYPE, domain, VirtualDisk.parse(name).number(), 0);
  }

  /**
   * Gives the guest a disk (block-attach).
   *
   * @param disk as {@link DiskSpec} reads it
   * @param folder where relative paths start
   * @throws ToolException when the guest has one of that name, or the image cannot be used
   */
  public void attach(String disk, Path folder) {
    devices.attach(domain, DiskSpec.parse(disk, folder));
  }

  /**
   * Asks the guest to give a disk back (block-detach). It does so when nothing uses the disk; its
   * image is free then.
   *
   * @param force whether the disk goes even if the guest does not answer in time
   * @return whether it is gone
   * @throws ToolException when there is no such disk
   */
  public boolean detach(String name, boolean force) {
    return devices.detach(path(name), force);
  }

  /**
   * Lets a disk grow, and tells the guest (block-resize).
   *
   * @param bytes the new size; 0 to look at the file or device, which somebody else has changed
   * @throws ToolException when there is no such disk or it cannot have that size
   */
  public void resize(String name, long bytes) {
    devices.change(path(name), "resize", Long.toString(bytes), "resize-error");
  }

  /**
   * Copies what is on a disk into a raw image, while nothing of the guest's is under way.
   *
   * @param to a file that is not there yet
   * @throws ToolException when there is no such disk, or it cannot be copied
   */
  public void copy(String name, Path to) {
    devices.change(path(name), "copy", to.toString(), "copy-error", COPY_SECONDS);
  }

  /**
   * Makes durable what was written to a disk, so that {@link #release} is quick.
   *
   * @throws ToolException when there is no such disk, or that fails
   */
  public void flush(String name) {
    devices.change(path(name), "flush", "1", "flush-error", COPY_SECONDS);
  }

  /**
   * Lets somebody else have the image: what is under way is carried out and made durable, the image
   * is closed, and other requests wait.
   *
   * @throws ToolException when there is no such disk, or what was written cannot be made durable
   */
  public void release(String name) {
    devices.change(path(name), "released", "1", "release-error", RELEASE_SECONDS);
  }

  /**
   * Opens the image again after {@link #release}, and carries out what waits.
   *
   * @throws ToolException when there is no such disk, or it cannot be opened: then requests go on
   *     waiting, and this may be tried again
   */
  public void takeBack(String name) {
    devices.change(path(name), "released", "0", "release-error", RELEASE_SECONDS);
  }

  /**
   * Puts a CD into a drive, in place of one that is there (cd-insert).
   *
   * @param target image, or device of the host
   * @param format raw or qcow2
   * @param folder where a relative path starts
   * @throws ToolException when there is no such drive, or the image cannot be used: the drive is
   *     empty then
   */
  public void insert(String name, String target, String format, Path folder) {
    String disk = "cdrom,format=" + format + ",vdev=" + name + ",target=" + target;
    change(name, DiskSpec.parse(disk, folder).back().get("params"));
  }

  /**
   * Takes the CD out of a drive (cd-eject).
   *
   * @throws ToolException when there is no such drive
   */
  public void eject(String name) {
    change(name, "");
  }

  private void change(String name, String params) {
    devices.change(path(name), "params", params, "medium-error");
  }
}
