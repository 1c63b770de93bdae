package dev.zendo.dom0.net.bridge;

/**
 * What a port is told when it is made.
 *
 * @param name for people
 * @param address the MAC address that is always behind this port, wherever frames with it come
 *     from; 0 when none is known
 * @param guarded whether frames with another sender than {@code address} are dropped
 * @param domain whose interface is behind it; 0 for the host's
 */
public record PortSpec(String name, long address, boolean guarded, int domain) {
  /** A port of the host. */
  public PortSpec(String name, long address, boolean guarded) {
    this(name, address, guarded, 0);
  }
}
