package dev.zendo.dom0.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The mode of the terminal that is standard input, in which every key comes at once and none is
 * shown, until {@link #close} or the end of the process, whatever ends it. Output processing stays
 * on, so that lines which end with a line feed alone look right. Thread-safe.
 */
public final class RawTerminal implements AutoCloseable {
  /** What else is not done to keys then: signals, editing, other line ends, flow control. */
  private static final String ALL_KEYS = " -isig -iexten -icrnl -ixon -istrip -inlcr";

  private String savedMode;

  private RawTerminal(String savedMode) {
    this.savedMode = savedMode;
  }

  /**
   * Changes the mode.
   *
   * @param all whether keys such as Ctrl-C are keys as all others, rather than signals
   * @return empty when standard input is no terminal
   */
  public static Optional<RawTerminal> enter(boolean all) {
    if (!Terminals.maybeInput()) {
      return Optional.empty();
    }
    String keys = all ? ALL_KEYS : "";
    String saved =
        stty("mode=$(stty -g) && stty -icanon -echo" + keys + " min 1 time 0 && echo \"$mode\"");
    if (saved == null || !saved.matches("[0-9a-f:]+")) {
      return Optional.empty();
    }
    RawTerminal terminal = new RawTerminal(saved);
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(terminal::close, "terminal-restore"));
    } catch (IllegalStateException e) {
      terminal.close(); // the process is ending
    }
    return Optional.of(terminal);
  }

  /** Runs a shell command on the terminal; returns its first line, or null when it failed. */
  private static String stty(String command) {
    try {
      Process process =
          new ProcessBuilder("/bin/sh", "-c", command)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
      return process.waitFor() == 0 ? answer : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** Gives the terminal the mode back that it had. */
  @Override
  public synchronized void close() {
    if (savedMode != null) {
      stty("stty " + savedMode);
      savedMode = null;
    }
  }
}
