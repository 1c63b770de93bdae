package dev.zendo.dom0.device;

import java.util.Map;

/**
 * What a device shall be, as the toolstack writes it into the store. All that its back end needs to
 * know stands there, so that any domain may serve it.
 *
 * @param type its class, such as {@code vbd}
 * @param devid its number in the guest
 * @param backendDomain the domain that serves it; 0 for the control domain
 * @param front keys for the frontend, besides those that every device has
 * @param back keys for the back end, besides those that every device has
 */
public record DeviceSpec(
    String type,
    int devid,
    int backendDomain,
    Map<String, String> front,
    Map<String, String> back) {
  /** A device that the control domain serves. */
  public DeviceSpec(String type, int devid, Map<String, String> front, Map<String, String> back) {
    this(type, devid, 0, front, back);
  }

  /** Keeps the keys as they are now. */
  public DeviceSpec {
    front = Map.copyOf(front);
    back = Map.copyOf(back);
  }

  /** Where it stands in the store, for a domain. */
  public DevicePath of(int domain) {
    return new DevicePath(type, domain, devid, backendDomain);
  }
}
