package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Extended attributes of files and directories: those of users alone, since the others mean
 * something to the host (capabilities, access lists, labels). Thread-safe.
 */
final class ExtendedAttributes {
  /** Linux's limits of a value and of a list of names, in bytes. */
  static final int MAX_VALUE = 65536;

  private static final int MAX_NAME = 255;
  private static final String PREFIX = "user.";

  private ExtendedAttributes() {}

  /** Refuses what is no name of a user's attribute, and files that have none. */
  static void check(HostFile file, String name) throws HostError {
    FileStatus status = file.status();
    boolean takes = status.isRegular() || status.isDirectory();
    if (!takes || !name.startsWith(PREFIX)) {
      throw new HostError(Errno.EOPNOTSUPP);
    }
    if (name.length() > MAX_NAME) {
      throw new HostError(Errno.ERANGE);
    }
    if (name.length() == PREFIX.length() || name.indexOf('\0') >= 0) {
      throw new HostError(Errno.EINVAL);
    }
  }

  /** Names of all attributes of users, each with a zero behind it; empty where there are none. */
  static byte[] list(HostFile file) throws HostError {
    StringBuilder list = new StringBuilder();
    for (String name : names(file)) {
      list.append(name).append('\0');
    }
    return list.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static List<String> names(HostFile file) throws HostError {
    FileStatus status = file.status();
    if (!status.isRegular() && !status.isDirectory()) {
      return List.of();
    }
    byte[] buffer = new byte[MAX_VALUE];
    long length = LibC.listxattr(file.itself(), buffer, buffer.length);
    if (length < 0 && LibC.lastError() == Errno.EOPNOTSUPP) {
      return List.of();
    }
    String all = new String(buffer, 0, LibC.check(length), StandardCharsets.ISO_8859_1);
    List<String> names = new ArrayList<>();
    for (String name : all.split("\0")) {
      if (name.startsWith(PREFIX)) {
        names.add(name);
      }
    }
    return names;
  }

  static byte[] get(HostFile file, String name) throws HostError {
    check(file, name);
    byte[] buffer = new byte[MAX_VALUE];
    long length = LibC.getxattr(file.itself(), FilePath.bytes(name), buffer, buffer.length);
    return Arrays.copyOf(buffer, LibC.check(length));
  }

  /**
   * Sets an attribute; removes it if the value is empty, as the protocol has it.
   *
   * @param flags of setxattr(2)
   */
  static void set(HostFile file, String name, byte[] value, int flags) throws HostError {
    check(file, name);
    byte[] bytes = FilePath.bytes(name);
    if (value.length == 0) {
      LibC.check(LibC.removexattr(file.itself(), bytes));
    } else {
      LibC.check(LibC.setxattr(file.itself(), bytes, value, value.length, flags));
    }
  }

  /** What one attribute takes, in bytes; 0 if it is not there. */
  static long size(HostFile file, String name) {
    long length = LibC.getxattr(file.itself(), FilePath.bytes(name), new byte[1], 0);
    return length < 0 ? 0 : name.length() + length;
  }

  /** What all attributes take, in bytes. */
  static long size(HostFile file) throws HostError {
    long size = 0;
    for (String name : names(file)) {
      size += size(file, name);
    }
    return size;
  }
}
