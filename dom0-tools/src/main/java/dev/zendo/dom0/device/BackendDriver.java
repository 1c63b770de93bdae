package dev.zendo.dom0.device;

/** A kind of device that this domain serves. Called on the event thread. */
public interface BackendDriver {
  /** Name of its directories in the store, such as {@code vbd}. */
  String type();

  /** Whether devices of a number are its own; others under the same name are left alone. */
  default boolean serves(int devid) {
    return true;
  }

  /**
   * Makes what serves a device that has appeared in the store; {@link Backend#open} comes next.
   *
   * @throws DeviceException when the host cannot give what the keys ask for; the device stays
   *     closed, and the toolstack gets the message
   */
  Backend open(BackendDevice device) throws DeviceException;
}
