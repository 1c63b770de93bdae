package dev.zendo.dom0.device;

/**
 * Where a device stands in the store.
 *
 * @param type its class, such as {@code vbd}
 * @param domain the domain with the frontend
 * @param devid its number there
 * @param backendDomain the domain that serves it
 */
public record DevicePath(String type, int domain, int devid, int backendDomain) {
  /** The device with this directory of the back end, as {@link #backend} gives it. */
  public static DevicePath ofBackend(String directory) {
    // "", local, domain, BACKEND-DOMAIN, backend, TYPE, DOMAIN, DEVID
    String[] parts = directory.split("/");
    return new DevicePath(
        parts[5],
        Integer.parseInt(parts[6]),
        Integer.parseInt(parts[7]),
        Integer.parseInt(parts[3]));
  }

  /** Directory of the frontend. */
  public String frontend() {
    return "/local/domain/" + domain + "/device/" + type + "/" + devid;
  }

  /** Directory of the back end. */
  public String backend() {
    return backends(backendDomain, type) + "/" + domain + "/" + devid;
  }

  /** What the toolstack keeps for itself. */
  public String toolstack() {
    return "/libxl/" + domain + "/device/" + type + "/" + devid;
  }

  /** Where a back end says what went wrong (as Linux's {@code xenbus_dev_error} does). */
  public String error() {
    String base = "/local/domain/" + backendDomain;
    return base + "/error" + backend().substring(base.length()) + "/error";
  }

  /** A key that stands in the store exactly while the device exists. */
  String marker() {
    return backend() + "/frontend";
  }

  /** Directory of all devices of a type that a domain serves. */
  static String backends(int backendDomain, String type) {
    return "/local/domain/" + backendDomain + "/backend/" + type;
  }

  @Override
  public String toString() {
    return type + " " + devid + " of domain " + domain;
  }
}
