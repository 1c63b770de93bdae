package dev.zendo.dom0.bootloader;

import java.util.ArrayList;
import java.util.List;

/** One entry of a boot menu, while it is read and afterwards. */
final class MenuEntry {
  private final String title;
  private final String id;
  private final List<String> ramdisks = new ArrayList<>();
  private String kernel;
  private String arguments = "";

  MenuEntry(String title, String id) {
    this.title = title;
    this.id = id;
  }

  /** Whether it is called so. */
  boolean isNamed(String name) {
    return title.equals(name) || !id.isEmpty() && id.equals(name);
  }

  /** What people see. */
  String title() {
    return title;
  }

  /** Path of the kernel; null when it has none that could be booted here. */
  String kernel() {
    return kernel;
  }

  /** Paths of the initial ramdisk's parts; the kernel takes them as one behind the other. */
  List<String> ramdisks() {
    return ramdisks;
  }

  /** What stands behind the kernel. */
  String arguments() {
    return arguments;
  }

  /** Takes a kernel with its arguments. */
  void kernel(String line) {
    String[] parts = line.strip().split("\\s+", 2);
    kernel = plain(parts[0]);
    arguments = parts.length > 1 ? parts[1].strip() : "";
  }

  void arguments(String text) {
    arguments = text.strip();
  }

  void ramdisks(String line) {
    ramdisks.clear();
    for (String path : line.strip().split("\\s+")) {
      if (!path.isEmpty()) {
        ramdisks.add(plain(path));
      }
    }
  }

  /** A path without the disk that GRUB would look on: there is only one here. */
  private static String plain(String path) {
    return path.startsWith("(") ? path.substring(path.indexOf(')') + 1) : path;
  }
}
