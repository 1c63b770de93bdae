package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A path below the shared directory: names that are neither empty nor {@code .} or {@code ..} and
 * have no slash. Immutable.
 */
record FilePath(List<String> names) {
  static final FilePath ROOT = new FilePath(List.of());

  /** Longest name (Linux's NAME_MAX) and path (PATH_MAX), in bytes. */
  private static final int NAME_MAX = 255;

  private static final int PATH_MAX = 4096;

  /** Refuses what is not the name of a file in a directory. */
  static String checkName(String name) throws HostError {
    if (name.length() > NAME_MAX) {
      throw new HostError(Errno.ENAMETOOLONG);
    }
    boolean special = name.isEmpty() || ".".equals(name) || "..".equals(name);
    if (special || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
      throw new HostError(Errno.EINVAL);
    }
    return name;
  }

  /** A name as the host's system calls take it. */
  static byte[] bytes(String name) {
    return (name + '\0').getBytes(StandardCharsets.ISO_8859_1);
  }

  boolean isRoot() {
    return names.isEmpty();
  }

  /** The last name; not of the root. */
  String name() {
    return names.get(names.size() - 1);
  }

  /** The directory above; the root's is the root. */
  FilePath parent() {
    return isRoot() ? this : new FilePath(names.subList(0, names.size() - 1));
  }

  /** A file in this directory. */
  FilePath child(String name) throws HostError {
    List<String> longer = new ArrayList<>(names.size() + 1);
    longer.addAll(names);
    longer.add(checkName(name));
    int length = 0;
    for (String each : longer) {
      length += each.length() + 1;
    }
    if (length > PATH_MAX) {
      throw new HostError(Errno.ENAMETOOLONG);
    }
    return new FilePath(List.copyOf(longer));
  }

  /** This path after a rename, if it is the renamed one or below it. */
  FilePath moved(FilePath from, FilePath to) {
    int depth = from.names.size();
    if (names.size() < depth || !names.subList(0, depth).equals(from.names)) {
      return this;
    }
    List<String> moved = new ArrayList<>(to.names);
    moved.addAll(names.subList(depth, names.size()));
    return new FilePath(List.copyOf(moved));
  }
}
