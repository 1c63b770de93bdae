package dev.zendo.dom0.cli;

import dev.zendo.dom0.console.Terminals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How much fits a terminal; nothing when it does not tell.
 *
 * @param rows lines
 * @param columns characters of a line
 */
record TerminalSize(int rows, int columns) {
  static final TerminalSize USUAL = new TerminalSize(24, 80);
  private static final TerminalSize UNTOLD = new TerminalSize(0, 0);

  /** Whether the terminal tells. */
  boolean told() {
    return columns > 0;
  }

  /** What is usual, when it does not tell. */
  TerminalSize orUsual() {
    return told() ? this : USUAL;
  }

  /** What standard output's terminal has; empty when it is none. */
  static Optional<TerminalSize> now() {
    if (!Terminals.maybeOutput()) {
      return Optional.empty();
    }
    try {
      Process process =
          new ProcessBuilder("/bin/sh", "-c", "test -t 1 && stty size <&1 >&2")
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .start();
      String answer =
          new String(process.getErrorStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      if (answer.matches("[1-9]\\d{0,3} [1-9]\\d{0,3}")) {
        String[] words = answer.split(" ");
        return Optional.of(
            new TerminalSize(Integer.parseInt(words[0]), Integer.parseInt(words[1])));
      }
      return answer.isEmpty() ? Optional.empty() : Optional.of(UNTOLD);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
