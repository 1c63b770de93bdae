package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.net.bridge.RateLimit;
import dev.zendo.dom0.net.wire.MacAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads the keys of a {@link VifSpec}, one after the other. */
final class VifSpecParser {
  /** A path in the store, and no surprise for whoever makes an interface of that name. */
  private static final String NAME = "[A-Za-z0-9_.-]{1,64}";

  private static final int MAX_DEVID = 255;

  private final Set<String> seen = new HashSet<>();
  private final Map<String, String> other = new HashMap<>();
  private Optional<MacAddress> mac = Optional.empty();
  private String bridge;
  private OptionalInt devid = OptionalInt.empty();
  private int mtu;
  private Optional<RateLimit> rate = Optional.empty();
  private boolean trusted = true;
  private boolean antispoof;

  VifSpecParser(String bridge, int mtu) {
    this.bridge = bridge;
    this.mtu = mtu;
  }

  /** Takes {@code key=value}. */
  void accept(String token) {
    int equals = token.indexOf('=');
    if (equals < 0) {
      throw new IllegalArgumentException("'" + token + "' is not of the form key=value");
    }
    String key = token.substring(0, equals).strip();
    String value = token.substring(equals + 1).strip();
    if (!seen.add(key)) {
      throw new IllegalArgumentException("the key " + key + " is there twice");
    }
    if (value.isEmpty()) {
      throw new IllegalArgumentException("the key " + key + " has no value");
    }
    set(key, value);
  }

  private void set(String key, String value) {
    switch (key) {
      case "mac" -> mac = Optional.of(station(value));
      case "bridge" -> bridge = name(key, value);
      case "devid" -> devid = OptionalInt.of(number(key, value, MAX_DEVID));
      case "mtu" -> mtu = VifSpec.checkMtu(number(key, value, Integer.MAX_VALUE));
      case "rate" -> rate = Optional.of(VifRate.parse(value));
      case "trusted" -> trusted = yes(key, value);
      case "antispoof" -> antispoof = yes(key, value);
      case "type" -> checkType(value);
      case "backend" -> checkBackend(value);
      case "vifname", "gatewaydev", "vlan" -> other.put(key, name(key, value));
      // The old name of the same.
      case "netdev" -> other.put("gatewaydev", name(key, value));
      case "ip", "script" -> other.put(key, value);
      // Only of interest for emulated cards, which PV guests have none of.
      case "model" -> name(key, value);
      default -> throw new IllegalArgumentException("'" + key + "' is no key of a vif");
    }
  }

  private static MacAddress station(String text) {
    MacAddress address = MacAddress.parse(text);
    if (MacAddress.isGroup(address.value()) || address.value() == 0) {
      throw new IllegalArgumentException(text + " is no address of a single interface");
    }
    return address;
  }

  private static String name(String key, String value) {
    if (!value.matches(NAME)) {
      throw new IllegalArgumentException("'" + value + "' is no name for " + key);
    }
    return value;
  }

  private static int number(String key, String value, int most) {
    try {
      int number = Integer.parseInt(value);
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException("'" + value + "' is no number for " + key);
  }

  private static boolean yes(String key, String value) {
    return switch (value) {
      case "1", "yes", "true", "on" -> true;
      case "0", "no", "false", "off" -> false;
      default -> throw new IllegalArgumentException(key + " is yes or no, not '" + value + "'");
    };
  }

  private static void checkType(String value) {
    if (value.equals("ioemu")) {
      throw new IllegalArgumentException("type=ioemu: PV guests have no emulated network cards");
    }
    if (!value.equals(VifSpec.TYPE)) {
      throw new IllegalArgumentException("'" + value + "' is no type of a vif");
    }
  }

  private static void checkBackend(String value) {
    if (!value.equals("0") && !value.equals("Domain-0")) {
      throw new IllegalArgumentException("backend=" + value + ": only domain 0 serves networks");
    }
  }

  VifSpec spec() {
    return new VifSpec(mac, bridge, devid, mtu, rate, trusted, antispoof, other);
  }
}
