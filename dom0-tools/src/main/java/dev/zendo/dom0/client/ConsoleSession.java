package dev.zendo.dom0.client;

import dev.zendo.dom0.console.ConsoleInput;
import dev.zendo.dom0.console.HostTerminal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Joins this process's terminal to a console that the daemon streams. */
public final class ConsoleSession implements ConsoleInput, AutoCloseable {
  private final DaemonClient client;
  private final SocketChannel channel;
  private final HostTerminal terminal = new HostTerminal(this::leave);
  private final Semaphore room = new Semaphore(0);
  private volatile boolean left;

  /** Takes a connection on which a console is asked for, or was. */
  public ConsoleSession(DaemonClient client) {
    this.client = client;
    this.channel = client.stream();
    terminal.connect(this);
    // Writes nothing, but what writes is there when there is something.
    terminal.accept(new byte[0], 0);
  }

  /**
   * Shows the console until it ends, the user leaves it, or standard output cannot be written.
   * Once, when the request was answered.
   *
   * @return whether the user left
   */
  public boolean run() throws InterruptedException {
    terminal.start();
    byte[] chunk = new byte[8192];
    byte[] first = client.rest();
    try {
      show(first, first.length);
      for (int count = channel.read(ByteBuffer.wrap(chunk));
          count >= 0 && outputFailure().isEmpty();
          count = channel.read(ByteBuffer.wrap(chunk))) {
        show(chunk, count);
      }
    } catch (IOException e) {
      // The daemon or the user has closed the connection.
    }
    terminal.close();
    return left;
  }

  /** Why standard output could not be written; empty when it was. */
  public Optional<IOException> outputFailure() {
    return terminal.outputFailure();
  }

  private void show(byte[] bytes, int length) throws InterruptedException {
    int at = 0;
    while (at < length) {
      int count = Math.min(terminal.room(), length - at);
      if (count == 0) {
        room.acquire();
        continue;
      }
      byte[] part = Arrays.copyOfRange(bytes, at, at + count);
      terminal.accept(part, count);
      at += count;
    }
  }

  private void leave() {
    left = true;
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed already.
    }
  }

  @Override
  public void type(byte[] bytes, int offset, int length) {
    ByteBuffer keys = ByteBuffer.wrap(bytes, offset, length);
    try {
      while (keys.hasRemaining()) {
        channel.write(keys);
      }
    } catch (IOException e) {
      // The console has ended; run() sees that, too.
    }
  }

  @Override
  public void resume() {
    room.release();
  }

  /** Writes what is left, for a second at most, and gives the terminal back. */
  @Override
  public void close() {
    terminal.close();
  }
}
