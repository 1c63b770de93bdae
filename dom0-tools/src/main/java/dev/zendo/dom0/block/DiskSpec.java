package dev.zendo.dom0.block;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.spec.KeyTable;
import dev.zendo.dom0.spec.KeyValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a disk as xl's configuration has it (xl-disk-configuration(5)): {@code
 * debian.qcow2,qcow2,xvda,rw} or {@code format=raw, vdev=xvdb, access=ro, target=/dev/vg/data}.
 * Besides, {@code bytes-per-second=} and {@code requests-per-second=} limit what it does, and with
 * {@code persistent} the guest's pages stay mapped. Not thread-safe.
 */
public final class DiskSpec {
  /** Class of the device. */
  public static final String TYPE = "vbd";

  private static final List<String> LIMITS = List.of("bytes-per-second", "requests-per-second");

  private static final KeyTable TABLE =
      KeyTable.of(
              "disk",
              "target,format,vdev,access like disk.img,raw,xvda,w",
              "target",
              "format",
              "vdev",
              "access",
              "devtype",
              "backendtype",
              "backend",
              "specification",
              "script",
              "grant_usage",
              LIMITS.get(0),
              LIMITS.get(1))
          // The host's cache is used with flushes, which is always safe.
          .words("discard", "no-discard", "cdrom", "direct-io-safe", "persistent")
          .words("trusted", "untrusted")
          .emptied("target", "format", "vdev", "access", "backend")
          .last("target")
          .positions()
          .anyCase();

  private final KeyValues values;
  private final Path folder;
  private String target;
  private String format;
  private String vdev;
  private String access;
  private boolean cdrom;
  private boolean prefixed;

  private DiskSpec(KeyValues values, Path folder) {
    this.values = values;
    this.folder = folder;
  }

  /**
   * Reads a disk; paths start in the current directory.
   *
   * @throws ToolException with one line that says what to write instead
   */
  public static DeviceSpec parse(String text) {
    return parse(text, Path.of(""));
  }

  /** The same with paths that start elsewhere. */
  public static DeviceSpec parse(String text, Path folder) {
    DiskSpec spec = new DiskSpec(TABLE.read(text.strip()), folder);
    spec.readKeys();
    return spec.device();
  }

  private ToolException refused(String what) {
    return values.refused(what);
  }

  private void readKeys() {
    checkFixed();
    cdrom =
        values.words().contains("cdrom")
            || values.oneOf("devtype", "disk", "cdrom").equals("cdrom");
    format = given("format");
    access = given("access");
    if (given("vdev") != null) {
      readVdev(given("vdev"));
    }
    if (given("target") != null) {
      readTarget(given("target"));
    }
    values.positions().forEach(this::readPosition);
  }

  /** A key that is there, perhaps empty; null for one that is not. */
  private String given(String key) {
    return values.all(key).stream().findFirst().orElse(null);
  }

  /** Keys that have one meaning here. */
  private void checkFixed() {
    values.matching("backendtype", "phy|qdisk|tap", "phy, qdisk or tap, or leave it out");
    values.servedByDomain0("disks");
    values.oneOf("specification", "xen");
    // Guests always grant, as nothing else is possible here.
    values.oneOf("grant_usage", "1", "0");
    if (values.find("script").isPresent()) {
      throw refused("no scripts are run; name a file or device as the target");
    }
  }

  private void readPosition(String value) {
    if (target != null && format == null && skipsFormat(value)) {
      format = "";
    }
    if (target == null) {
      readTarget(value);
    } else if (format == null) {
      format = value;
    } else if (vdev == null) {
      readVdev(value);
    } else if (access == null) {
      access = value;
    } else {
      throw refused("\"" + value + "\" is too much; " + values.advice());
    }
  }

  /** Older configurations have no format behind a prefix, or behind an empty drive. */
  private boolean skipsFormat(String value) {
    return target.isEmpty()
        ? value.endsWith(":cdrom")
        : prefixed && !value.matches("|raw|qcow2?|vhd|qed");
  }

  private void readVdev(String value) {
    // An old way to say devtype=cdrom.
    cdrom |= value.endsWith(":cdrom");
    vdev = value.endsWith(":cdrom") ? value.substring(0, value.length() - 6) : value;
  }

  private void readTarget(String value) {
    String path = value;
    for (boolean prefix = true; prefix; ) {
      int colon = path.indexOf(':');
      prefix = colon > 0 && readPrefix(path.substring(0, colon));
      prefixed |= prefix;
      path = prefix ? path.substring(colon + 1) : path;
    }
    target = path;
  }

  private void readFormat(String prefix) {
    if (format != null && !format.equals(prefix)) {
      throw refused("the format is " + prefix + " as well as " + format + "; leave one out");
    }
    format = prefix;
  }

  /** Prefixes that older configurations have. */
  private boolean readPrefix(String prefix) {
    switch (prefix) {
      case "raw":
      case "qcow2":
        readFormat(prefix);
        return true;
      case "phy":
      case "file":
      case "aio":
      case "tap":
      case "tap2":
      case "tapdisk":
      case "ioemu":
        return true;
      case "qcow":
      case "vhd":
      case "qed":
        throw refused("there are no " + prefix + " images; convert it with qemu-img convert");
      case "nbd":
      case "iscsi":
      case "drbd":
      case "rbd":
        throw refused("there are no " + prefix + " disks; attach it to the host and use /dev/...");
      default:
        return false;
    }
  }

  private String mode() {
    if (access == null || access.isEmpty()) {
      return cdrom ? "r" : "w";
    }
    switch (access) {
      case "rw":
      case "w":
      case "readwrite":
        return "w";
      case "w!":
      case "rw!":
        return "w!";
      case "ro":
      case "r":
      case "r!":
      case "readonly":
        return "r";
      default:
        throw refused("access=" + access + "; use ro, rw, or w! if several guests write it");
    }
  }

  private String path() {
    if (target == null || target.isEmpty()) {
      if (!cdrom) {
        throw refused("no target; " + values.advice());
      }
      return "";
    }
    Path path = folder.resolve(target).toAbsolutePath().normalize();
    Path device = Path.of("/dev").resolve(target);
    return (!Files.exists(path) && Files.exists(device) ? device : path).toString();
  }

  private DeviceSpec device() {
    if (vdev == null || vdev.isEmpty()) {
      throw refused("no vdev; " + values.advice());
    }
    VirtualDisk disk = VirtualDisk.parse(vdev);
    String mode = mode();
    String kind = format == null || format.isEmpty() ? "raw" : format;
    if (!kind.matches("raw|qcow2|empty") || kind.equals("empty") && !cdrom) {
      throw refused("format=" + kind + "; use raw or qcow2");
    }
    if (cdrom && !mode.equals("r")) {
      throw refused("a CD is read only; use access=ro or leave it out");
    }
    String type = cdrom ? "cdrom" : "disk";
    String path = kind.equals("empty") ? "" : path();
    Map<String, String> back = new TreeMap<>();
    for (String key : LIMITS) {
      values.size(key).ifPresent(limit -> back.put(key, Long.toString(limit)));
    }
    back.put("params", path.isEmpty() ? "" : (kind.equals("qcow2") ? "qcow2:" : "aio:") + path);
    back.put("type", "qdisk");
    back.put("mode", mode);
    back.put("dev", disk.name());
    back.put("device-type", type);
    back.put("removable", cdrom ? "1" : "0");
    back.put("bootable", "1");
    back.put("specification", "xen");
    boolean discard =
        values.words().lastIndexOf("no-discard") <= values.words().lastIndexOf("discard");
    back.put("persistent", values.words().contains("persistent") ? "1" : "0");
    back.put("discard-enable", discard && !mode.equals("r") ? "1" : "0");
    boolean trusted =
        values.words().lastIndexOf("untrusted") <= values.words().lastIndexOf("trusted");
    Map<String, String> front =
        Map.of(
            "virtual-device",
            Integer.toString(disk.number()),
            "device-type",
            type,
            "trusted",
            trusted ? "1" : "0",
            "protocol",
            "x86_64-abi");
    return new DeviceSpec(TYPE, disk.number(), front, back);
  }
}
