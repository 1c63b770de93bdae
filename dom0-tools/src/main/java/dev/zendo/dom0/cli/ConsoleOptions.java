package dev.zendo.dom0.cli;

import dev.zendo.dom0.console.ConsoleEnd;
import dev.zendo.dom0.console.LogFile;
import dev.zendo.dom0.console.PtyEnd;
import dev.zendo.dom0.console.SocketEnd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** {@code --console}: where the guest's console is to be besides this terminal. */
final class ConsoleOptions {
  private static final long DEFAULT_SIZE = 1 << 20;
  private static final int DEFAULT_KEPT = 4;
  private static final int MAX_KEPT = 1000;

  private ConsoleOptions() {}

  static Option option() {
    return RunOptions.value(
        null,
        "console",
        "SPEC",
        "the console also at pty, socket=PATH or log=FILE[,size=1M][,keep=4]; may be repeated");
  }

  /** What was given, checked; opened by {@link #open}. */
  static List<String> of(CommandLine line) {
    String[] values = line.getOptionValues("console");
    List<String> specs = values == null ? List.of() : List.of(values);
    for (String spec : specs) {
      if (!spec.equals("pty") && !spec.startsWith("socket=") && !spec.startsWith("log=")) {
        throw new UsageException("--console " + spec + ": use pty, socket=PATH or log=FILE");
      }
    }
    return specs;
  }

  /** Opens all, or none. */
  static List<ConsoleEnd> open(List<String> specs) {
    List<ConsoleEnd> ends = new ArrayList<>();
    try {
      for (String spec : specs) {
        ends.add(open(spec));
      }
      return ends;
    } catch (RuntimeException e) {
      ends.forEach(ConsoleEnd::close);
      throw e;
    }
  }

  private static ConsoleEnd open(String spec) {
    if (spec.equals("pty")) {
      return new PtyEnd();
    }
    String rest = spec.substring(spec.indexOf('=') + 1);
    return spec.startsWith("socket=") ? new SocketEnd(Path.of(rest)) : log(rest);
  }

  private static ConsoleEnd log(String text) {
    String[] parts = text.split(",");
    long size = DEFAULT_SIZE;
    int kept = DEFAULT_KEPT;
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].startsWith("size=")) {
        size = bytes(parts[i].substring("size=".length()));
      } else if (parts[i].startsWith("keep=")) {
        kept = (int) RunTarget.number("console", parts[i].substring("keep=".length()), MAX_KEPT);
      } else {
        throw new UsageException(
            "--console log=" + text + ": after the file, size= and keep= only");
      }
    }
    return new LogFile(Path.of(parts[0]), size, kept);
  }

  private static long bytes(String text) {
    int unit = text.isEmpty() ? -1 : "KMG".indexOf(text.charAt(text.length() - 1));
    String digits = unit < 0 ? text : text.substring(0, text.length() - 1);
    long value = RunTarget.number("console", digits, Long.MAX_VALUE >> 30);
    return Math.max(1, value << 10 * (unit + 1));
  }
}
