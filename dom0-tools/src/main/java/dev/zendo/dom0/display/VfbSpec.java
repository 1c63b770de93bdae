package dev.zendo.dom0.display;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.spec.KeyTable;
import dev.zendo.dom0.spec.KeyValues;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** xl's description of a framebuffer, such as {@code vnc=1,vncdisplay=3} (xl.cfg, key vfb). */
public final class VfbSpec {
  private static final List<String> KEYS =
      List.of("vnc", "vnclisten", "vncdisplay", "vncunused", "vncpasswd", "videoram");

  /** For windows of the host's desktop, and for guests that are told scan codes. */
  private static final List<String> IGNORED =
      List.of("sdl", "opengl", "display", "xauthority", "keymap", "type");

  private static final KeyTable TABLE =
      KeyTable.of(
              "vfb",
              "vnc=1,vncdisplay=3",
              Stream.of(KEYS, IGNORED).flatMap(List::stream).toArray(String[]::new))
          .emptied("vncpasswd", "vnclisten", "display", "xauthority", "keymap")
          .blanks();

  private VfbSpec() {}

  /**
   * The framebuffer and the keyboard that comes with it.
   *
   * @throws ToolException when it is not such a description
   */
  public static List<DeviceSpec> parse(String text) {
    KeyValues values = TABLE.read(text);
    values.number("vncdisplay", 0, VncAddress.MAX_DISPLAY);
    values.size("videoram");
    Map<String, String> back = new TreeMap<>(Map.of("vnclisten", "127.0.0.1"));
    for (String key : KEYS) {
      values.find(key).ifPresent(value -> back.put(key, value));
    }
    back.put("vnc", values.yes("vnc", true) ? "1" : "0");
    if (values.find("vncunused").isPresent()) {
      back.put("vncunused", values.yes("vncunused", true) ? "1" : "0");
    }
    return List.of(
        new DeviceSpec("vfb", 0, Map.of(), back), new DeviceSpec("vkbd", 0, Map.of(), Map.of()));
  }
}
