package dev.zendo.dom0.ninep;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import java.nio.file.Path;
import java.util.HashMap;
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

  private static final String EXAMPLE = "tag=TAG,path=DIRECTORY[,access=ro]";

  /**
   * Reads xl's syntax of {@code p9}: {@code tag=..,security_model=none,path=..}, with {@code
   * access=ro} or {@code rw} besides (rw if it is missing). A relative path starts in the current
   * directory.
   *
   * @throws ToolException with one line that says what to write instead
   */
  public static SharedFolder parse(String text) {
    Map<String, String> values = new HashMap<>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair.strip() : pair.substring(0, equals).strip();
      if (equals < 0 || values.put(key, pair.substring(equals + 1).strip()) != null) {
        throw new ToolException("\"" + pair + "\" in a share; write " + EXAMPLE);
      }
    }
    String tag = values.remove("tag");
    String path = values.remove("path");
    String access = values.getOrDefault("access", "rw");
    String model = values.getOrDefault("security_model", "none");
    values.remove("access");
    values.remove("security_model");
    if (tag == null || path == null || path.isEmpty() || !values.isEmpty()) {
      throw new ToolException("a share is \"" + text + "\"; write " + EXAMPLE);
    }
    if (!tag.matches("[A-Za-z0-9_.-]{1," + MAX_TAG + "}")) {
      throw new ToolException(
          "the tag of a share is \"" + tag + "\"; use 1 to " + MAX_TAG + " letters and digits");
    }
    if (!access.equals("ro") && !access.equals("rw")) {
      throw new ToolException(
          "the access to a share is \"" + access + "\"; write access=ro or access=rw");
    }
    if (!model.equals("none")) {
      throw new ToolException(
          "the security_model of a share is \"" + model + "\"; only none is there");
    }
    String absolute = Path.of(path).toAbsolutePath().normalize().toString();
    return new SharedFolder(tag, absolute, access.equals("ro"));
  }

  /** The device, with a number that no other share of the guest has. */
  public DeviceSpec device(int devid) {
    Map<String, String> back =
        Map.of("path", path, "security_model", "none", "mode", readOnly ? "r" : "w");
    return new DeviceSpec(TYPE, devid, Map.of("tag", tag), back);
  }
}
