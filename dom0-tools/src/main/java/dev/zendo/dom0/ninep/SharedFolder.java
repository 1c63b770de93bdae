package dev.zendo.dom0.ninep;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.spec.KeyTable;
import dev.zendo.dom0.spec.KeyValues;
import java.nio.file.Path;
import java.util.Map;

/**
 * A directory of the host for a guest, as the user wants it.
 *
 * @param tag what the guest mounts it by
 * @param path the directory, absolute
 * @param readOnly whether the guest may only read
 */
public record SharedFolder(String tag, String path, boolean readOnly) {
  /** Class of the device. */
  public static final String TYPE = "9pfs";

  /** Longest tag, as Linux has it. */
  private static final int MAX_TAG = 31;

  private static final KeyTable TABLE =
      KeyTable.of(
          "share", "tag=TAG,path=DIRECTORY[,access=ro]", "tag", "path", "access", "security_model");

  /**
   * Reads xl's syntax of {@code p9}: {@code tag=..,security_model=none,path=..}, with {@code
   * access=ro} or {@code rw} besides (rw if it is missing). A relative path starts in the current
   * directory.
   *
   * @throws ToolException with one line that says what to write instead
   */
  public static SharedFolder parse(String text) {
    KeyValues values = TABLE.read(text);
    values.require("tag");
    String tag =
        values
            .matching(
                "tag",
                "[A-Za-z0-9_.-]{1," + MAX_TAG + "}",
                "1 to " + MAX_TAG + " letters, digits, dots, dashes and underscores")
            .orElseThrow();
    String path = Path.of(values.require("path")).toAbsolutePath().normalize().toString();
    values.oneOf("security_model", "none");
    return new SharedFolder(tag, path, values.oneOf("access", "rw", "ro").equals("ro"));
  }

  /** The device, with a number that no other share of the guest has. */
  public DeviceSpec device(int devid) {
    Map<String, String> back =
        Map.of("path", path, "security_model", "none", "mode", readOnly ? "r" : "w");
    return new DeviceSpec(TYPE, devid, Map.of("tag", tag), back);
  }
}
