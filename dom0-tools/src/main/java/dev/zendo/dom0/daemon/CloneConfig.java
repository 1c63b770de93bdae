package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import java.util.List;
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
   */
  static ObjectNode of(ObjectNode present) {
    DomainConfig config = DomainConfig.of(Settings.ofJson("configuration", present));
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
    return of(json, name);
  }

  /** The same with other disks. */
  static DomainConfig withDisks(DomainConfig clone, List<String> disks) {
    ObjectNode json = clone.json();
    ArrayNode list = json.putArray("disk");
    disks.forEach(list::add);
    return of(json, clone.name());
  }

  private static DomainConfig of(ObjectNode json, String name) {
    return DomainConfig.of(Settings.ofJson("configuration of " + name, json));
  }
}
