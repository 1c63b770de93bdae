package dev.zendo.dom0.daemon;

import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.net.bridge.RateLimit;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Devices as a configuration file has them, made of their keys in the store: what {@link
 * dev.zendo.dom0.block.DiskSpec} and {@link dev.zendo.dom0.net.vif.VifSpec} read.
 */
final class DeviceTexts {
  private static final List<String> LIMITS = List.of("bytes-per-second", "requests-per-second");
  private static final List<String> NETWORK_KEYS =
      List.of("vifname", "gatewaydev", "vlan", "ip", "script");
  private static final List<String> UNITS = List.of("", "K", "M", "G");
  private static final long MICROS = 1_000_000;

  /** The largest number that a rate is written with. */
  private static final long MAX_RATE = 0xffff_ffffL;

  private DeviceTexts() {}

  /** A disk. */
  static String disk(DeviceSpec device) {
    Map<String, String> back = device.back();
    String params = back.getOrDefault("params", "");
    boolean cdrom = "cdrom".equals(back.get("device-type"));
    String mode = back.getOrDefault("mode", "r");
    StringJoiner text = new StringJoiner(",");
    String format = params.startsWith("qcow2:") ? "qcow2" : "raw";
    text.add("format=" + (params.isEmpty() ? "empty" : format));
    text.add("vdev=" + back.getOrDefault("dev", ""));
    text.add("access=" + mode);
    if (cdrom) {
      text.add("devtype=cdrom");
    }
    if ("1".equals(back.get("persistent"))) {
      text.add("persistent");
    }
    if (!mode.equals("r") && "0".equals(back.get("discard-enable"))) {
      text.add("no-discard");
    }
    addTrust(text, device);
    add(text, back, LIMITS);
    // The last, since a path may have commas.
    return text.add("target=" + params.substring(params.indexOf(':') + 1)).toString();
  }

  /** A network interface. */
  static String network(DeviceSpec device) {
    Map<String, String> back = device.back();
    StringJoiner text = new StringJoiner(",").add("devid=" + device.devid());
    add(text, back, List.of("mac", "bridge", "mtu"));
    if (back.containsKey("rate")) {
      text.add("rate=" + rate(RateLimit.parseKey(back.get("rate"))));
    }
    if ("1".equals(back.get("antispoof"))) {
      text.add("antispoof=yes");
    }
    addTrust(text, device);
    add(text, back, NETWORK_KEYS);
    return text.toString();
  }

  private static void addTrust(StringJoiner text, DeviceSpec device) {
    if ("0".equals(device.front().get("trusted"))) {
      text.add("untrusted");
    }
  }

  private static void add(StringJoiner text, Map<String, String> keys, List<String> wanted) {
    for (String key : wanted) {
      if (keys.containsKey(key)) {
        text.add(key + "=" + keys.get(key));
      }
    }
  }

  /** Rounded up, as reading it rounds down; a rate of nothing cannot be written. */
  private static String rate(RateLimit limit) {
    double perSecond = Math.max(1, (double) limit.bytes() * MICROS / limit.intervalMicros());
    int unit = 0;
    while (perSecond > MAX_RATE && unit < UNITS.size() - 1) {
      perSecond /= 1000;
      unit++;
    }
    long number = (long) Math.ceil(perSecond);
    return number + UNITS.get(unit) + "B/s@" + limit.intervalMicros() + "us";
  }
}
