package dev.zendo.dom0.net.bridge;

/**
 * What a station can take.
 *
 * @param checksum4 frames whose checksum over IPv4 is still open
 * @param checksum6 the same over IPv6
 * @param large4 TCP packets over IPv4 that stand for many
 * @param large6 TCP packets over IPv6 that stand for many
 */
public record PortFeatures(boolean checksum4, boolean checksum6, boolean large4, boolean large6) {
  /** Ordinary Ethernet frames alone. */
  public static final PortFeatures NONE = new PortFeatures(false, false, false, false);

  /** Everything. */
  public static final PortFeatures ALL = new PortFeatures(true, true, true, true);
}
