package dev.zendo.dom0.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Prints the lines of tables. On a terminal they are cut to its width; in files and pipes they are
 * whole.
 */
final class Lines {
  private static final int TAB = 8;
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  private final PrintStream out;
  private final int columns;

  private Lines(PrintStream out, int columns) {
    this.out = out;
    this.columns = columns;
  }

  /** To where a verb prints. */
  static Lines to(PrintStream out) {
    return new Lines(out, isTerminal(out) ? width() : Integer.MAX_VALUE);
  }

  /** Whether it is standard output, on a terminal; looked up where that costs no process. */
  private static boolean isTerminal(PrintStream out) {
    try {
      return out == System.out
          && Files.readSymbolicLink(STANDARD_OUTPUT).toString().matches("/dev/(pts/|tty).*");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Columns of the terminal; as many as there may be when nothing says how many there are. */
  private static int width() {
    try {
      Process process =
          new ProcessBuilder("/bin/sh", "-c", "stty size <&1 >&2")
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .start();
      String size =
          new String(process.getErrorStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      return size.matches("[0-9]+ [1-9][0-9]{0,4}")
          ? Integer.parseInt(size.substring(size.indexOf(' ') + 1))
          : Integer.MAX_VALUE;
    } catch (IOException e) {
      return Integer.MAX_VALUE;
    }
  }

  /** Prints one. */
  void print(String line) {
    out.println(cut(line, columns));
  }

  /** The part of a line that fits. */
  static String cut(String line, int columns) {
    int column = 0;
    for (int i = 0; i < line.length(); i++) {
      column += line.charAt(i) == '\t' ? TAB - column % TAB : 1;
      if (column > columns) {
        return line.substring(0, i);
      }
    }
    return line;
  }
}
