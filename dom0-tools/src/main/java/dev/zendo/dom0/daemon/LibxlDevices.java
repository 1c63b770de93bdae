package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.device.DeviceSpec;
import java.util.List;
import java.util.Map;

/**
 * Devices as libxl's JSON has them: libxl_types.idl, where members of the usual value are left out.
 */
final class LibxlDevices {
  /** Types of devices that have a list of their own, in the order of the lists. */
  static final List<String> TYPES = List.of("vbd", "vif", "vfb", "vkbd", "9pfs", "console");

  private static final Map<String, String> LISTS =
      Map.of(
          "vbd",
          "disks",
          "vif",
          "nics",
          "vfb",
          "vfbs",
          "vkbd",
          "vkbs",
          "9pfs",
          "p9s",
          "console",
          "channels");

  private LibxlDevices() {}

  /** Puts lists of devices behind what is there. */
  static void addTo(ObjectNode config, List<DeviceSpec> devices) {
    for (String type : TYPES) {
      ArrayNode list = Json.array();
      for (DeviceSpec device : devices) {
        // Console 0 is the domain's own; the others are channels.
        if (device.type().equals(type) && !(type.equals("console") && device.devid() == 0)) {
          list.add(device(device));
        }
      }
      if (!list.isEmpty()) {
        config.set(LISTS.get(type), list);
      }
    }
  }

  private static ObjectNode device(DeviceSpec device) {
    ObjectNode json = Json.object();
    if (device.backendDomain() != 0) {
      json.put("backend_domid", device.backendDomain());
    }
    Map<String, String> back = device.back();
    switch (device.type()) {
      case "vbd" -> disk(json, back);
      case "vif" -> network(json.put("devid", device.devid()), back);
      case "vfb" -> screen(json.put("devid", device.devid()), back);
      case "9pfs" -> share(json.put("devid", device.devid()), device);
      case "console" -> channel(json.put("devid", device.devid()), back);
      default -> json.put("devid", device.devid());
    }
    return json;
  }

  private static void disk(ObjectNode json, Map<String, String> back) {
    String params = back.getOrDefault("params", "");
    boolean qcow2 = params.startsWith("qcow2:");
    json.put("pdev_path", params.substring(params.indexOf(':') + 1));
    json.put("vdev", back.getOrDefault("dev", ""));
    json.put("format", params.isEmpty() ? "empty" : qcow2 ? "qcow2" : "raw");
    boolean cdrom = "cdrom".equals(back.get("device-type"));
    if (cdrom) {
      json.put("removable", 1);
    }
    if (back.getOrDefault("mode", "r").startsWith("w")) {
      json.put("readwrite", 1);
      if ("0".equals(back.get("discard-enable"))) {
        json.put("discard_enable", "False");
      }
    }
    if (cdrom) {
      json.put("is_cdrom", 1);
    }
    json.put("colo_restore_enable", "False");
  }

  private static void network(ObjectNode json, Map<String, String> back) {
    if (back.getOrDefault("mtu", "").matches("[0-9]{1,5}")) {
      json.put("mtu", Integer.parseInt(back.get("mtu")));
    }
    copy(json, back, "mac", "mac");
    copy(json, back, "ip", "ip");
    copy(json, back, "bridge", "bridge");
    copy(json, back, "vifname", "ifname");
    copy(json, back, "script", "script");
    json.put("nictype", "vif");
    String[] rate = back.getOrDefault("rate", "").split(",");
    if (rate.length == 2 && rate[0].matches("[0-9]{1,18}") && rate[1].matches("[0-9]{1,9}")) {
      json.put("rate_bytes_per_interval", Long.parseLong(rate[0]));
      json.put("rate_interval_usecs", Integer.parseInt(rate[1]));
    }
    copy(json, back, "gatewaydev", "gatewaydev");
    copy(json, back, "vlan", "vlan");
  }

  private static void screen(ObjectNode json, Map<String, String> back) {
    ObjectNode vnc = json.putObject("vnc");
    vnc.put("enable", "1".equals(back.get("vnc")) ? "True" : "False");
    copy(vnc, back, "vnclisten", "listen");
    if (back.getOrDefault("vncdisplay", "").matches("[0-9]{1,5}")) {
      vnc.put("display", Integer.parseInt(back.get("vncdisplay")));
    }
    if (back.containsKey("vncunused")) {
      vnc.put("findunused", "1".equals(back.get("vncunused")) ? "True" : "False");
    }
  }

  private static void share(ObjectNode json, DeviceSpec device) {
    copy(json, device.front(), "tag", "tag");
    copy(json, device.back(), "path", "path");
    copy(json, device.back(), "security_model", "security_model");
  }

  private static void channel(ObjectNode json, Map<String, String> back) {
    copy(json, back, "name", "name");
    String connection = back.getOrDefault("connection", "unknown");
    json.put("connection", connection);
    ObjectNode details = json.putObject("connection." + connection);
    copy(details, back, "path", "path");
  }

  private static void copy(ObjectNode json, Map<String, String> keys, String key, String name) {
    String value = keys.getOrDefault(key, "");
    if (!value.isEmpty()) {
      json.put(name, value);
    }
  }
}
