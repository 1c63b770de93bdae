package dev.zendo.dom0.ninep;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.spec.KeyTable;
import dev.zendo.dom0.spec.KeyValues;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A directory of the host for a guest, as the user wants it.
 *
 * @param tag what the guest mounts it by
 * @param path the directory, absolute
 * @param readOnly whether the guest may only read
 * @param size most bytes that the directory may hold; {@link Long#MAX_VALUE} for no limit
 * @param files most names in it; {@link Long#MAX_VALUE} for no limit
 */
public record SharedFolder(String tag, String path, boolean readOnly, long size, long files) {
  /** Class of the device. */
  public static final String TYPE = "9pfs";

  /** Longest tag, as Linux has it. */
  private static final int MAX_TAG = 31;

  private static final KeyTable TABLE =
      KeyTable.of(
          "share",
          "tag=TAG,path=DIRECTORY[,access=ro][,size=1G,files=10000]",
          "tag",
          "path",
          "access",
          "security_model",
          "size",
          "files",
          "type",
          "backend",
          "max-files",
          "max-space",
          "max-open-files",
          "auto-delete");

  /** Without limits. */
  public SharedFolder(String tag, String path, boolean readOnly) {
    this(tag, path, readOnly, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /**
   * Reads xl's syntax of {@code p9}: {@code tag=..,security_model=none,path=..}, with {@code
   * access=ro} or {@code rw} besides (rw if it is missing), and limits of bytes and names, {@code
   * size=} and {@code files=}. A relative path starts in the current directory.
   *
   * @throws ToolException with one line that says what to write instead
   */
  public static SharedFolder parse(String text) {
    return parse(text, Path.of(""));
  }

  /** The same with paths that start elsewhere. */
  public static SharedFolder parse(String text, Path folder) {
    KeyValues values = TABLE.read(text);
    values.require("tag");
    String tag =
        values
            .matching(
                "tag",
                "[A-Za-z0-9_.-]{1," + MAX_TAG + "}",
                "1 to " + MAX_TAG + " letters, digits, dots, dashes and underscores")
            .orElseThrow();
    String path = folder.resolve(values.require("path")).toAbsolutePath().normalize().toString();
    values.oneOf("security_model", "none");
    checkFixed(values);
    return new SharedFolder(
        tag,
        path,
        values.oneOf("access", "rw", "ro").equals("ro"),
        values.size("size").orElse(limit(values, "max-space", 1L << 20)),
        values.size("files").orElse(limit(values, "max-files", 1)));
  }

  /** Keys of xl that have one meaning here. */
  private static void checkFixed(KeyValues values) {
    values.oneOf("type", "qemu", "xen_9pfsd");
    values.servedByDomain0("folders");
    // There is a limit, a generous one.
    values.number("max-open-files", 0, Integer.MAX_VALUE);
    if (values.yes("auto-delete", false)) {
      throw values.refused("nothing is deleted to make room; leave auto-delete out");
    }
  }

  /** A limit as xl has it, where 0 is none. */
  private static long limit(KeyValues values, String key, long unit) {
    int limit = values.number(key, 0, Integer.MAX_VALUE).orElse(0);
    return limit == 0 ? Long.MAX_VALUE : limit * unit;
  }

  /** The device, with a number that no other share of the guest has. */
  public DeviceSpec device(int devid) {
    Map<String, String> back = new TreeMap<>();
    back.put("path", path);
    back.put("security_model", "none");
    back.put("mode", readOnly ? "r" : "w");
    if (size != Long.MAX_VALUE) {
      back.put("size", Long.toString(size));
    }
    if (files != Long.MAX_VALUE) {
      back.put("files", Long.toString(files));
    }
    return new DeviceSpec(TYPE, devid, Map.of("tag", tag), back);
  }
}
