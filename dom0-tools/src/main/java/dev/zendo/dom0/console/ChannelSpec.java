package dev.zendo.dom0.console;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** xl's description of a channel, such as {@code name=org.example.a,connection=pty} (xl.cfg). */
public final class ChannelSpec {
  private static final Set<String> KEYS = Set.of("name", "connection", "path");

  private ChannelSpec() {}

  /**
   * The console of that number.
   *
   * @param devid 1 or more
   * @throws ToolException when it is not such a description
   */
  public static DeviceSpec parse(String text, int devid) {
    Map<String, String> values = new TreeMap<>();
    for (String part : text.split(",")) {
      int equals = part.indexOf('=');
      String key = equals < 0 ? part.trim() : part.substring(0, equals).trim();
      if (equals < 0 || !KEYS.contains(key)) {
        throw new ToolException(
            "channel \""
                + text
                + "\": use name=NAME,connection=pty or"
                + " name=NAME,connection=socket,path=PATH");
      }
      values.put(key, part.substring(equals + 1).trim());
    }
    if (!values.containsKey("name")) {
      throw new ToolException("channel \"" + text + "\": its name is missing; add name=NAME");
    }
    if ("socket".equals(values.get("connection")) && !values.containsKey("path")) {
      throw new ToolException("channel \"" + text + "\": a socket needs path=PATH");
    }
    values.put("protocol", "vt100");
    Map<String, String> front =
        Map.of(
            "name", values.get("name"),
            "protocol", "vt100",
            "limit", "1048576",
            "type", "ioemu",
            "output", "chardev:libxl-channel" + devid,
            "tty", "");
    return new DeviceSpec("console", devid, front, values);
  }
}
