package dev.zendo.dom0.device;

/**
 * A device cannot be opened or connected, or its frontend breaks the protocol. The message is one
 * line for the log, the store and the user. It has no stack trace: frontends may cause any number.
 */
public final class DeviceException extends Exception {
  private static final long serialVersionUID = 1L;

  /** A reason, as one line without the name of the device. */
  public DeviceException(String message) {
    super(message, null, false, false);
  }
}
