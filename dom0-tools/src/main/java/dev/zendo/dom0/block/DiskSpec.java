package dev.zendo.dom0.block;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a disk as xl's configuration has it (xl-disk-configuration(5)): {@code
 * debian.qcow2,qcow2,xvda,rw} or {@code format=raw, vdev=xvdb, access=ro, target=/dev/vg/data}.
 * Besides, {@code bytes-per-second=} and {@code requests-per-second=} limit what it does. Not
 * thread-safe.
 */
public final class DiskSpec {
  /** Class of the device. */
  public static final String TYPE = "vbd";

  private static final String EXAMPLE = "write target,format,vdev,access like disk.img,raw,xvda,w";

  private final String text;
  private final Path folder;
  private final Map<String, String> limits = new TreeMap<>();
  private String target;
  private String format;
  private String vdev;
  private String access;
  private boolean cdrom;
  private boolean discard = true;

  private DiskSpec(String text, Path folder) {
    this.text = text;
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
    DiskSpec spec = new DiskSpec(text, folder);
    spec.readParts();
    return spec.device();
  }

  private ToolException refused(String what) {
    return new ToolException("disk \"" + text + "\": " + what);
  }

  private void readParts() {
    String rest = text.strip();
    while (!rest.isEmpty()) {
      if (rest.startsWith("target=")) {
        // All the rest, so that a path may contain commas.
        readTarget(rest.substring("target=".length()));
        return;
      }
      int comma = rest.indexOf(',');
      String part = (comma < 0 ? rest : rest.substring(0, comma)).strip();
      rest = comma < 0 ? "" : rest.substring(comma + 1).stripLeading();
      int equals = part.indexOf('=');
      if (equals >= 0) {
        readKey(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
      } else if (!readWord(part)) {
        readPosition(part);
      }
    }
  }

  private boolean readWord(String word) {
    switch (word) {
      case "discard":
        discard = true;
        return true;
      case "no-discard":
        discard = false;
        return true;
      case "cdrom":
        cdrom = true;
        return true;
      case "direct-io-safe":
        // The host's cache is used with flushes, which is always safe.
        return true;
      default:
        return false;
    }
  }

  private void readPosition(String value) {
    if (target == null) {
      readTarget(value);
    } else if (format == null) {
      format = value;
    } else if (vdev == null) {
      readVdev(value);
    } else if (access == null) {
      access = value;
    } else {
      throw refused("\"" + value + "\" is too much; " + EXAMPLE);
    }
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
      path = prefix ? path.substring(colon + 1) : path;
    }
    target = path;
  }

  /** Prefixes that older configurations have. */
  private boolean readPrefix(String prefix) {
    switch (prefix) {
      case "raw":
      case "qcow2":
        format = prefix;
        return true;
      case "phy":
      case "file":
      case "aio":
      case "tap":
      case "tap2":
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

  private void readKey(String key, String value) {
    switch (key.toLowerCase(Locale.ROOT)) {
      case "format":
        format = value;
        break;
      case "vdev":
        readVdev(value);
        break;
      case "access":
        access = value;
        break;
      case "devtype":
        if (!value.equals("cdrom") && !value.equals("disk")) {
          throw refused("devtype=" + value + "; use devtype=cdrom or leave it out");
        }
        cdrom = value.equals("cdrom");
        break;
      case "backendtype":
        if (!value.matches("phy|qdisk|tap")) {
          throw refused("backendtype=" + value + "; leave it out");
        }
        break;
      case "backend":
        if (!value.matches("0|Domain-0|")) {
          throw refused("backend=" + value + ": the disk is served by domain 0; leave it out");
        }
        break;
      case "specification":
        if (!value.equals("xen")) {
          throw refused("specification=" + value + ": there is xen only");
        }
        break;
      case "script":
        throw refused("script=" + value + ": no scripts are run; name a file or device");
      case "bytes-per-second":
      case "requests-per-second":
        limits.put(key, Long.toString(limit(key, value)));
        break;
      default:
        throw refused("unknown key " + key + "; " + EXAMPLE);
    }
  }

  private long limit(String key, String value) {
    if (!value.matches("[1-9]\\d{0,11}[kKMG]?")) {
      throw refused(key + "=" + value + "; use a number such as 500 or 20M");
    }
    int shift = 0;
    switch (value.charAt(value.length() - 1)) {
      case 'k':
      case 'K':
        shift = 10;
        break;
      case 'M':
        shift = 20;
        break;
      case 'G':
        shift = 30;
        break;
      default:
        break;
    }
    return Long.parseLong(value.replaceFirst("[kKMG]$", "")) << shift;
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
        throw refused("no target; " + EXAMPLE);
      }
      return "";
    }
    Path path = folder.resolve(target).toAbsolutePath().normalize();
    Path device = Path.of("/dev").resolve(target);
    return (!Files.exists(path) && Files.exists(device) ? device : path).toString();
  }

  private DeviceSpec device() {
    if (vdev == null || vdev.isEmpty()) {
      throw refused("no vdev; " + EXAMPLE);
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
    Map<String, String> back = new TreeMap<>(limits);
    back.put("params", path.isEmpty() ? "" : (kind.equals("qcow2") ? "qcow2:" : "aio:") + path);
    back.put("type", "qdisk");
    back.put("mode", mode);
    back.put("dev", disk.name());
    back.put("device-type", type);
    back.put("removable", cdrom ? "1" : "0");
    back.put("bootable", "1");
    back.put("specification", "xen");
    back.put("discard-enable", discard && !mode.equals("r") ? "1" : "0");
    Map<String, String> front =
        Map.of(
            "virtual-device",
            Integer.toString(disk.number()),
            "device-type",
            type,
            "trusted",
            "1",
            "protocol",
            "x86_64-abi");
    return new DeviceSpec(TYPE, disk.number(), front, back);
  }
}
