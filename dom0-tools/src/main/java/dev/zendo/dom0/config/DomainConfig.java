package dev.zendo.dom0.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.builder.SchedulingSpec;
import dev.zendo.dom0.control.ControlDomain;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a configuration says about a domain, checked. Immutable.
 *
 * @param settings all of it, as it was written
 * @param name {@code name}
 * @param uuid {@code uuid}; null when the domain is to get a new one
 * @param folder where relative paths start
 * @param kernel {@code kernel}; null when a bootloader finds it
 * @param ramdisk {@code ramdisk}, or null
 * @param bootloader what finds the kernel on the first disk, or null
 * @param commandLine {@code cmdline}, or {@code root} and {@code extra}
 * @param memoryMiB {@code memory}
 * @param maxMemoryMiB {@code maxmem}: what its balloon may take it to
 * @param vcpus how many are on line at first
 * @param maxVcpus how many may be on line, by the key of that name
 * @param weight {@code cpu_weight}
 * @param cap {@code cap}, percent of one processor
 * @param cpus {@code cpus}: the processors of each vcpu, a bit for each; of those beyond the list
 *     the last counts
 * @param devices the texts of its devices, by key
 * @param actions what becomes of it after its end
 * @param autostart whether it starts with the daemon
 */
public record DomainConfig(
    Settings settings,
    String name,
    UUID uuid,
    Path folder,
    Path kernel,
    Path ramdisk,
    Bootloader bootloader,
    String commandLine,
    long memoryMiB,
    long maxMemoryMiB,
    int vcpus,
    int maxVcpus,
    int weight,
    int cap,
    List<Long> cpus,
    Map<String, List<String>> devices,
    EndActions actions,
    boolean autostart) {
  private static final List<String> DEVICE_KEYS = List.of("disk", "vif", "vfb", "channel", "p9");
  private static final long DEFAULT_MEMORY_MIB = 256;

  /** Bytes of UTF-8; with what is added the files of a domain have names that a host takes. */
  private static final int MAX_NAME = 200;

  /** The one control character of ASCII behind the others. */
  private static final char DELETE = 0x7f;

  /** What stands for bytes that are none. */
  private static final char NOT_UTF_8 = 0xfffd;

  /** Takes lists that nobody changes. */
  public DomainConfig {
    cpus = List.copyOf(cpus);
    devices = Map.copyOf(devices);
  }

  /**
   * Reads settings.
   *
   * @throws ConfigException when one cannot be obeyed
   */
  public static DomainConfig of(Settings settings) {
    checkType(settings);
    long memory = memory(settings, "memory", DEFAULT_MEMORY_MIB, DomainSpec.MIN_MEMORY_MIB);
    int vcpus = (int) settings.number("vcpus", 1, 1, DomainSpec.MAX_VCPUS);
    Path folder = Path.of(settings.string("folder", "")).toAbsolutePath();
    Bootloader bootloader = Bootloader.of(settings);
    return new DomainConfig(
        settings,
        name(settings),
        uuid(settings),
        folder,
        bootloader == null ? kernel(settings, folder) : null,
        bootloader == null ? file(settings, "ramdisk", folder) : null,
        bootloader,
        commandLine(settings),
        memory,
        memory(settings, "maxmem", memory, memory),
        vcpus,
        (int) settings.number("maxvcpus", vcpus, vcpus, DomainSpec.MAX_VCPUS),
        (int)
            settings.number(
                "cpu_weight", SchedulingSpec.DEFAULT.weight(), 1, SchedulingSpec.MAX_WEIGHT),
        (int) settings.number("cap", 0, 0, SchedulingSpec.MAX_CAP),
        cpus(settings),
        devices(settings),
        EndActions.of(settings),
        settings.flag("autostart", false));
  }

  private static long memory(Settings settings, String key, long otherwise, long least) {
    return settings.number(key, otherwise, least, DomainSpec.MAX_MEMORY_MIB);
  }

  /** Only PV guests run here; older configurations say so with the name of a builder. */
  private static void checkType(Settings settings) {
    String type = settings.string("type", "pv");
    if (!type.equals("pv")) {
      throw settings.refused("type", "\"" + type + "\" guests do not run here, only pv");
    }
    String builder = settings.string("builder", "generic");
    if (!builder.equals("generic") && !builder.equals("linux")) {
      throw settings.refused("builder", "\"" + builder + "\" guests do not run here, only pv");
    }
  }

  /** Names are parts of paths in the store; a number would be taken for a domain id. */
  private static String name(Settings settings) {
    String name = settings.string("name", "");
    String why = nameObstacle(name);
    if (why != null) {
      throw settings.refused("name", why);
    }
    return name;
  }

  /** Why a domain cannot have a name; null when it can. */
  public static String nameObstacle(String name) {
    if (name.isEmpty()) {
      return "a domain needs a name: name = \"...\"";
    }
    if (name.equals(ControlDomain.NAME)) {
      return ControlDomain.NAME + " is the daemon itself";
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
      return "a name has at most " + MAX_NAME + " bytes";
    }
    boolean number = true;
    boolean fits = true;
    // No regular expression: the first one of a process takes a twentieth of the time of zl create.
    for (int i = 0; i < name.length(); i++) {
      char each = name.charAt(i);
      fits &= each != '/' && each >= ' ' && each != DELETE && each != NOT_UTF_8;
      number &= ConfigLexer.isDigit(each);
    }
    if (!fits) {
      return "a name is UTF-8 without slashes and control characters";
    }
    return number ? "a number alone would be taken for a domain id" : null;
  }

  private static UUID uuid(Settings settings) {
    String text = settings.string("uuid", null);
    if (text == null) {
      return null;
    }
    String digits = text.replace("-", "");
    if (!digits.matches("[0-9a-fA-F]{32}")) {
      throw settings.refused("uuid", "\"" + text + "\" has not 32 hexadecimal digits");
    }
    return new UUID(
        Long.parseUnsignedLong(digits, 0, 16, 16), Long.parseUnsignedLong(digits, 16, 32, 16));
  }

  private static Path kernel(Settings settings, Path folder) {
    Path kernel = file(settings, "kernel", folder);
    if (kernel == null) {
      throw new ConfigException(
          settings.source(), "no kernel; write kernel = \"FILE\" or bootloader = \"pygrub\"");
    }
    return kernel;
  }

  private static Path file(Settings settings, String key, Path folder) {
    String name = settings.string(key, "");
    return name.isEmpty() ? null : folder.resolve(name);
  }

  /** As xl: {@code cmdline} replaces the two others. */
  private static String commandLine(Settings settings) {
    String whole = settings.string("cmdline", null);
    if (whole != null) {
      return whole;
    }
    String root = settings.string("root", "");
    String extra = settings.string("extra", "");
    return root.isEmpty() ? extra : ("root=" + root + " " + extra).strip();
  }

  private static List<Long> cpus(Settings settings) {
    List<Long> masks = new ArrayList<>();
    for (String text : settings.strings("cpus")) {
      try {
        masks.add(SchedulingSpec.processors(text));
      } catch (ToolException e) {
        throw settings.refused("cpus", "\"" + text + "\" is no list of processors such as 0-3,^1");
      }
    }
    return masks.isEmpty() ? List.of(SchedulingSpec.DEFAULT.processors()) : masks;
  }

  private static Map<String, List<String>> devices(Settings settings) {
    Map<String, List<String>> devices = new TreeMap<>();
    for (String key : DEVICE_KEYS) {
      devices.put(key, settings.strings(key));
    }
    if (devices.get("vfb").isEmpty() && settings.flag("vnc", false)) {
      devices.put("vfb", List.of(screen(settings)));
    }
    return devices;
  }

  /** As xl: what HVM guests are told of VNC makes a screen of a PV guest, too. */
  private static String screen(Settings settings) {
    StringBuilder text = new StringBuilder("vnc=1");
    for (String key : List.of("vnclisten", "vncdisplay", "vncunused", "vncpasswd")) {
      if (settings.has(key)) {
        text.append(',').append(key).append('=').append(settings.string(key, ""));
      }
    }
    return text.toString();
  }

  /** The processors on which a vcpu may run, a bit for each. */
  public long processors(int vcpu) {
    return cpus.get(Math.min(vcpu, cpus.size() - 1));
  }

  /** The same for another domain like it: without its identity. */
  public DomainConfig anew() {
    ObjectNode json = json();
    json.remove("uuid");
    return of(Settings.ofJson(settings.source(), json));
  }

  /** The same configuration as JSON: xl's keys, paths made absolute by {@code folder}. */
  public ObjectNode json() {
    ObjectNode json = settings.json();
    json.put("folder", folder.toString());
    return json;
  }
}
