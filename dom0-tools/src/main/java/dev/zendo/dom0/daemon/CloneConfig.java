package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.device.DeviceSpec;
import java.util.regex.Pattern;

/** What the clones of a domain are built from: its configuration without what is its own. */
final class CloneConfig {
  private static final Pattern MAC = Pattern.compile("\\s*mac\\s*=", Pattern.CASE_INSENSITIVE);

  private CloneConfig() {}

  /**
   * The configuration of a domain's clones, still without a name. Interfaces get MAC addresses from
   * the clone's identity.
   *
   * @param present that of the domain
   * @throws DaemonException when it has a device that two domains cannot have
   */
  static ObjectNode of(ObjectNode present) {
    DomainConfig config = DomainConfig.of(Settings.ofJson("configuration", present));
    for (String text : config.devices().get("disk")) {
      DeviceSpec disk = DiskSpec.parse(text, config.folder());
      if (!disk.back().get("mode").equals("r")) {
        throw new DaemonException(
            Kind.REFUSED,
            config.name()
                + " writes to its disk "
                + disk.back().get("dev")
                + ", which a clone would write to as well; make it read only");
      }
    }
    ObjectNode json = present.deepCopy();
    json.remove("uuid");
    json.remove("autostart");
    if (json.has("vif")) {
      ArrayNode cards = Json.array();
      for (String text : config.devices().get("vif")) {
        cards.add(withoutMac(text));
      }
      json.set("vif", cards);
    }
    return json;
  }

  /** The text of an interface without an address. */
  static String withoutMac(String text) {
    StringBuilder others = new StringBuilder();
    for (String word : text.split(",", -1)) {
      if (!MAC.matcher(word).lookingAt()) {
        others.append(others.isEmpty() ? "" : ",").append(word);
      }
    }
    return others.toString();
  }

  /** The configuration of one of them. */
  static DomainConfig named(JsonNode clones, String name) {
    ObjectNode json = clones.deepCopy();
    json.put("name", name);
    return DomainConfig.of(Settings.ofJson("configuration of " + name, json));
  }
}
