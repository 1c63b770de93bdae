package dev.zendo.dom0.cli;

import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with the sources of guests. */
final class GuestFolder {
  private GuestFolder() {}

  /** Builds what is in it, if it has a {@code Makefile}. */
  static void make(Path folder) {
    if (!Files.exists(folder.resolve("Makefile"))) {
      return;
    }
    String where = folder.toString();
    try {
      Process process =
          new ProcessBuilder("make", "-s", "--no-print-directory", "-C", where)
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .redirectErrorStream(true)
              .start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        System.err.println(output);
        throw new ToolException(where + ": make failed (its output is above); mend the guest");
      }
    } catch (IOException e) {
      throw new ToolException(
          where + ": make cannot be run; install it (Debian: apt-get install make gcc binutils)",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ToolException("interrupted while make ran in " + where, e);
    }
  }
}
