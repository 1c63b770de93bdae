package dev.zendo.dom0.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory the host has. */
final class HostMemory {
  private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+(\\d+) kB");

  /** Where the host does not say. */
  private static final long DEFAULT_MIB = 4 << 10;

  private HostMemory() {}

  /** MiB. */
  static long mib() {
    try {
      Matcher total = TOTAL.matcher(Files.readString(Path.of("/proc/meminfo")));
      return total.find() ? Long.parseLong(total.group(1)) >> 10 : DEFAULT_MIB;
    } catch (IOException e) {
      return DEFAULT_MIB;
    }
  }
}
