package dev.zendo.dom0.device;

/** Work for a device that may find out that its frontend breaks the protocol. */
@FunctionalInterface
public interface DeviceTask {
  /**
   * Does it.
   *
   * @throws DeviceException to have the device disconnected with this message
   */
  void run() throws DeviceException;
}
