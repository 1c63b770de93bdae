package dev.zendo.dom0.console;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.spec.KeyTable;
import dev.zendo.dom0.spec.KeyValues;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** xl's description of a channel, such as {@code name=org.example.a,connection=pty} (xl.cfg). */
public final class ChannelSpec {
  private static final KeyTable TABLE =
      KeyTable.of(
          "channel",
          "name=NAME,connection=pty or name=NAME,connection=socket,path=PATH",
          "name",
          "connection",
          "path",
          "backend");

  private ChannelSpec() {}

  /**
   * The console of that number.
   *
   * @param folder where a relative path starts
   * @param devid 1 or more
   * @throws ToolException when it is not such a description
   */
  public static DeviceSpec parse(String text, Path folder, int devid) {
    KeyValues values = TABLE.read(text);
    Map<String, String> back = new TreeMap<>(Map.of("protocol", "vt100"));
    back.put("name", values.require("name"));
    values.servedByDomain0("channels");
    if (values.find("connection").isPresent()) {
      back.put(
          "connection",
          values
              .matching("connection", "(?i)pty|socket", "pty or socket")
              .orElseThrow()
              .toLowerCase(Locale.ROOT));
    }
    if ("socket".equals(back.get("connection"))) {
      back.put("path", folder.resolve(values.require("path")).toAbsolutePath().toString());
    }
    Map<String, String> front =
        Map.of(
            "name", back.get("name"),
            "protocol", "vt100",
            "limit", "1048576",
            "type", "ioemu",
            "output", "chardev:libxl-channel" + devid,
            "tty", "");
    return new DeviceSpec("console", devid, front, back);
  }
}
