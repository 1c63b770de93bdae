package dev.zendo.dom0.console;

import dev.zendo.dom0.DaemonThreads;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * The terminal of this process as a guest's console. When standard input is a terminal it is put
 * into a mode that passes every key to the guest, until {@link #close} or the end of the process,
 * whatever ends it; {@code Ctrl-]} leaves. The end of standard input does not end anything.
 *
 * <p>A thread writes the output, so that a slow terminal holds up the guest and nothing else.
 */
public final class HostTerminal implements ConsoleOutput, AutoCloseable {
  /** Ctrl-], which leaves the console, as in xl and telnet. */
  private static final int LEAVE = 0x1d;

  /** Never closed: the mode of the terminal is given back through it. */
  private final FileInputStream in = new FileInputStream(FileDescriptor.in);

  private final OutputWriter writer =
      new OutputWriter("console-output", new FileOutputStream(FileDescriptor.out));
  private final Runnable onLeave;
  private volatile ConsoleInput backend;
  private Optional<RawTerminal> raw = Optional.empty();
  private boolean closed;

  /**
   * A terminal that is not connected yet.
   *
   * @param onLeave runs when the user types Ctrl-]
   */
  public HostTerminal(Runnable onLeave) {
    this.onLeave = onLeave;
  }

  /** Sets the console that keys go to and that waits for room; may be called again. */
  public void connect(ConsoleInput console) {
    backend = console;
    writer.connect(console);
  }

  /** Starts to read keys; puts a terminal into raw mode first. Does not wait for that. */
  public void start() {
    DaemonThreads.start("console-input", this::read);
  }

  @Override
  public void accept(byte[] bytes, int length) {
    writer.accept(bytes, length);
  }

  @Override
  public int room() {
    return writer.room();
  }

  private void read() {
    byte[] keys = new byte[1024];
    boolean terminal = enterRawMode();
    try {
      int count;
      while ((count = in.read(keys)) >= 0) {
        int length = terminal ? beforeLeave(keys, count) : count;
        ConsoleInput console = backend;
        if (console != null) {
          console.type(keys, 0, length);
        }
        if (length < count) {
          onLeave.run();
          return;
        }
      }
    } catch (IOException e) {
      // Standard input is closed: there will be no keys.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int beforeLeave(byte[] keys, int count) {
    for (int i = 0; i < count; i++) {
      if (keys[i] == LEAVE) {
        return i;
      }
    }
    return count;
  }

  /** Puts standard input into raw mode if it is a terminal; returns whether it is. */
  private synchronized boolean enterRawMode() {
    raw = closed ? Optional.empty() : RawTerminal.enter(true);
    return raw.isPresent();
  }

  /** Why standard output is not written any more; empty while all is well. */
  public Optional<IOException> outputFailure() {
    return writer.failure();
  }

  /** Writes what is left, for a second at most, and gives the terminal back. */
  @Override
  public void close() {
    writer.close();
    synchronized (this) {
      closed = true;
      raw.ifPresent(RawTerminal::close);
    }
  }
}
