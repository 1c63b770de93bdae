package dev.zendo.dom0.cli;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.console.RawTerminal;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a user types while {@code zl top} shows its table, as xentop understands it. */
final class TopKeys implements AutoCloseable {
  /** Nothing was typed. */
  static final int NONE = -1;

  static final int QUIT = 'q';
  static final int SORT = 's';

  private final BlockingQueue<Integer> typed = new LinkedBlockingQueue<>();
  private final Optional<RawTerminal> terminal;

  private TopKeys(Optional<RawTerminal> terminal) {
    this.terminal = terminal;
  }

  /** Nobody types. */
  static TopKeys none() {
    return new TopKeys(Optional.empty());
  }

  /** Those of the terminal, if standard input is one. */
  static TopKeys ofTerminal() {
    TopKeys keys = new TopKeys(RawTerminal.enter(false));
    if (keys.terminal.isPresent()) {
      DaemonThreads.start("keys", () -> keys.read(System.in));
    }
    return keys;
  }

  /** Those of a stream, until it ends. */
  void read(InputStream in) {
    try {
      for (int key = in.read(); key >= 0; key = in.read()) {
        typed.add(Character.toLowerCase(key));
      }
    } catch (IOException e) {
      // There will be no more keys.
    }
  }

  /** The next key; {@link #NONE} when none comes for so many seconds. */
  int await(long seconds) throws InterruptedException {
    Integer key = typed.poll(seconds, TimeUnit.SECONDS);
    return key == null ? NONE : key;
  }

  /** Gives the terminal back. */
  @Override
  public void close() {
    terminal.ifPresent(RawTerminal::close);
  }
}
