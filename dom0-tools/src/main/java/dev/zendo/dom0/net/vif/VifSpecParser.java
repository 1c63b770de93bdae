package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.dom0.spec.KeyTable;
import dev.zendo.dom0.spec.KeyValues;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a {@link VifSpec} of what the user wrote. */
final class VifSpecParser {
  /** A path in the store, and no surprise for whoever makes an interface of that name. */
  private static final String NAME = "[A-Za-z0-9_.-]{1,64}";

  private static final String FORM = "1 to 64 letters, digits, dots, dashes and underscores";
  private static final int MAX_DEVID = 255;

  private static final KeyTable TABLE =
      KeyTable.of(
              "vif",
              "mac=00:16:3e:01:02:03,bridge=xenbr0",
              "mac",
              "bridge",
              "devid",
              "mtu",
              "rate",
              "trusted",
              "antispoof",
              "type",
              "backend",
              "vifname",
              "gatewaydev",
              "netdev",
              "vlan",
              "ip",
              "script",
              "model")
          .words("trusted", "untrusted")
          .blanks();

  private VifSpecParser() {}

  static VifSpec parse(String text) {
    KeyValues values = TABLE.read(text);
    checkFixed(values);
    return new VifSpec(
        values.read("mac", VifSpecParser::station),
        values.matching("bridge", NAME, FORM).orElse(VifSpec.DEFAULT_BRIDGE),
        values.number("devid", 0, MAX_DEVID),
        values.number("mtu", VifSpec.MIN_MTU, VifSpec.MAX_MTU).orElse(VifSpec.DEFAULT_MTU),
        values.read("rate", VifRate::parse),
        values.yes("trusted", !values.words().contains("untrusted")),
        values.yes("antispoof", false),
        other(values));
  }

  /** What is only handed on. */
  private static Map<String, String> other(KeyValues values) {
    Map<String, String> other = new HashMap<>();
    // The old name of gatewaydev.
    values.matching("netdev", NAME, FORM).ifPresent(name -> other.put("gatewaydev", name));
    for (String key : List.of("vifname", "gatewaydev", "vlan")) {
      values.matching(key, NAME, FORM).ifPresent(name -> other.put(key, name));
    }
    for (String key : List.of("ip", "script")) {
      values.find(key).ifPresent(value -> other.put(key, value));
    }
    return other;
  }

  private static MacAddress station(String text) {
    MacAddress address = MacAddress.parse(text);
    if (MacAddress.isGroup(address.value()) || address.value() == 0) {
      throw new IllegalArgumentException(
          text + " is no address of a single interface; use one like 00:16:3e:01:02:03");
    }
    return address;
  }

  /** Keys that have one meaning here. */
  private static void checkFixed(KeyValues values) {
    if (values.find("type").filter("ioemu"::equals).isPresent()) {
      throw values.refused("type=ioemu: PV guests have no emulated network cards; leave it out");
    }
    values.oneOf("type", VifSpec.TYPE);
    values.servedByDomain0("networks");
    // Only of interest for emulated cards, which PV guests have none of.
    values.matching("model", NAME, FORM);
  }
}
