package dev.zendo.dom0.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process's standard streams are, as far as that can be told without another process. */
public final class Terminals {
  private static final Path STREAMS = Path.of("/proc/self/fd");

  private Terminals() {}

  /** Whether standard input may be a terminal; false only when it is known to be none. */
  public static boolean maybeInput() {
    return maybe("0");
  }

  /** The same for standard output. */
  public static boolean maybeOutput() {
    return maybe("1");
  }

  private static boolean maybe(String stream) {
    try {
      String name = Files.readSymbolicLink(STREAMS.resolve(stream)).toString();
      return name.startsWith("/dev/") && !name.equals("/dev/null");
    } catch (IOException | UnsupportedOperationException e) {
      return true; // not Linux: who wants to know asks stty
    }
  }
}
