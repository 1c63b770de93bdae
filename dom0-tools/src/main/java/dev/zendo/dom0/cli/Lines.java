package dev.zendo.dom0.cli;

import java.io.PrintStream;
import java.util.Optional;

/**
 * Prints the lines of tables. On a terminal they are cut to its width; in files and pipes they are
 * whole.
 */
final class Lines {
  private static final int TAB = 8;

  private final PrintStream out;
  private final int columns;

  private Lines(PrintStream out, int columns) {
    this.out = out;
    this.columns = columns;
  }

  /** To where a verb prints; whole lines also where a terminal does not tell its width. */
  static Lines to(PrintStream out) {
    Optional<TerminalSize> size = out == System.out ? TerminalSize.now() : Optional.empty();
    return new Lines(
        out, size.filter(TerminalSize::told).map(TerminalSize::columns).orElse(Integer.MAX_VALUE));
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
