package dev.zendo.dom0.display;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** xl's description of a framebuffer, such as {@code vnc=1,vncdisplay=3} (xl.cfg, key vfb). */
public final class VfbSpec {
  private static final Set<String> KEYS =
      Set.of("vnc", "vnclisten", "vncdisplay", "vncunused", "vncpasswd", "videoram");

  private VfbSpec() {}

  /**
   * The framebuffer and the keyboard that comes with it.
   *
   * @throws ToolException when it is not such a description
   */
  public static List<DeviceSpec> parse(String text) {
    Map<String, String> back = new TreeMap<>(Map.of("vnc", "1", "vnclisten", "127.0.0.1"));
    for (String part : text.isBlank() ? new String[0] : text.split(",")) {
      int equals = part.indexOf('=');
      String key = equals < 0 ? part.trim() : part.substring(0, equals).trim();
      if (equals < 0 || !KEYS.contains(key)) {
        throw new ToolException(
            "vfb \""
                + text
                + "\": "
                + key
                + " is none of vnc, vnclisten, vncdisplay, vncunused,"
                + " vncpasswd, videoram with a value, such as vnc=1");
      }
      back.put(key, part.substring(equals + 1).trim());
    }
    return List.of(
        new DeviceSpec("vfb", 0, Map.of(), back), new DeviceSpec("vkbd", 0, Map.of(), Map.of()));
  }
}
