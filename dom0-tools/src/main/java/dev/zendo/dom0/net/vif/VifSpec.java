package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.net.bridge.RateLimit;
import dev.zendo.dom0.net.wire.MacAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A network interface as the user describes it, in the syntax of xl-network-configuration(5):
 * {@code mac=00:16:3e:01:02:03,bridge=xenbr0,rate=10Mb/s}. One key is ours: {@code antispoof=yes}
 * drops what the guest sends with another MAC address.
 *
 * @param mac the guest's address; made from the domain's UUID when there is none
 * @param bridge the network
 * @param devid the number in the guest; the next one when there is none
 * @param mtu 68 to 65535
 * @param trusted whether the guest trusts the back end
 * @param antispoof whether the guest may only send with {@code mac}
 * @param other keys that are only handed on to the store, such as {@code ip}
 */
public record VifSpec(
    Optional<MacAddress> mac,
    String bridge,
    OptionalInt devid,
    int mtu,
    Optional<RateLimit> rate,
    boolean trusted,
    boolean antispoof,
    Map<String, String> other) {
  /** Type of the device in the store. */
  public static final String TYPE = "vif";

  /** The network of xl. */
  public static final String DEFAULT_BRIDGE = "xenbr0";

  static final int DEFAULT_MTU = 1500;
  static final int MIN_MTU = 68;
  static final int MAX_MTU = 65535;

  /** Xen's part of the address space: 00:16:3e. */
  private static final long XEN = 0x0016_3e00_0000L;

  /** Keeps the keys as they are now. */
  public VifSpec {
    other = Map.copyOf(other);
  }

  /**
   * Reads a specification; an empty one is an interface on the usual network.
   *
   * @throws ToolException with one line that says what is wrong
   */
  public static VifSpec parse(String text) {
    return VifSpecParser.parse(text);
  }

  /**
   * The address of an interface that was given none: the same each time the domain is made.
   *
   * @param domain the domain's UUID
   */
  public static MacAddress derivedMac(UUID domain, int devid) {
    byte[] seed =
        ByteBuffer.allocate(20)
            .putLong(domain.getMostSignificantBits())
            .putLong(domain.getLeastSignificantBits())
            .putInt(devid)
            .array();
    long random = UUID.nameUUIDFromBytes(seed).getMostSignificantBits();
    // The upper half of Xen's addresses is not for generated ones.
    return new MacAddress(XEN | random >>> 40 & 0x7f_ffff);
  }

  /** What the toolstack writes for the guest, besides what all devices have. */
  Map<String, String> front(UUID domain, int number) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("handle", Integer.toString(number));
    keys.put("mac", address(domain, number));
    keys.put("mtu", Integer.toString(mtu));
    keys.put("trusted", trusted ? "1" : "0");
    return keys;
  }

  /** What the toolstack writes for the back end, besides what all devices have. */
  Map<String, String> back(UUID domain, int number) {
    Map<String, String> keys = new LinkedHashMap<>(other);
    keys.put("handle", Integer.toString(number));
    keys.put("mac", address(domain, number));
    keys.put("bridge", bridge);
    keys.put("type", TYPE);
    rate.ifPresent(limit -> keys.put("rate", limit.toKey()));
    if (mtu != DEFAULT_MTU) {
      keys.put("mtu", Integer.toString(mtu));
    }
    if (antispoof) {
      keys.put("antispoof", "1");
    }
    keys.put("hotplug-status", "connected");
    return keys;
  }

  /**
   * The device as the toolstack makes it.
   *
   * @param domain the domain's UUID, or whatever a missing MAC address shall be made from
   * @param number its number in the guest
   */
  public DeviceSpec device(UUID domain, int number) {
    return new DeviceSpec(TYPE, number, front(domain, number), back(domain, number));
  }

  /**
   * The device of a domain whose UUID is not known: a missing MAC address is made at random, once.
   *
   * @param number its number in the guest when the specification has none
   */
  public DeviceSpec device(int number) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return device(new UUID(random.nextLong(), random.nextLong()), devid.orElse(number));
  }

  private String address(UUID domain, int number) {
    return mac.orElseGet(() -> derivedMac(domain, number)).toString();
  }
}
