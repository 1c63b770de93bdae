package dev.zendo.dom0.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How much fits a terminal.
 *
 * @param rows lines
 * @param columns characters of a line
 */
record TerminalSize(int rows, int columns) {
  /** When a terminal does not tell. */
  static final TerminalSize USUAL = new TerminalSize(24, 80);

  /** What standard output's terminal has; empty when it is none. */
  static Optional<TerminalSize> now() {
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
      return answer.isEmpty() ? Optional.empty() : Optional.of(USUAL);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
