package dev.zendo.dom0.client;

import dev.zendo.dom0.console.ConsoleInput;
import dev.zendo.dom0.console.HostTerminal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/** Joins this process's terminal to a console that the daemon streams. */
public final class ConsoleSession implements ConsoleInput {
  private final SocketChannel channel;
  private final byte[] first;
  private final Semaphore room = new Semaphore(0);
  private volatile boolean left;

  /** Takes a connection whose request for a console was answered. */
  public ConsoleSession(DaemonClient client) {
    this.channel = client.stream();
    this.first = client.rest();
  }

  /**
   * Shows the console until it ends, or the user leaves it.
   *
   * @return whether the user left
   */
  public boolean run() throws InterruptedException {
    try (HostTerminal terminal = new HostTerminal(this::leave)) {
      terminal.connect(this);
      terminal.start();
      byte[] chunk = new byte[8192];
      show(terminal, first, first.length);
      for (int count = channel.read(ByteBuffer.wrap(chunk));
          count >= 0;
          count = channel.read(ByteBuffer.wrap(chunk))) {
        show(terminal, chunk, count);
      }
    } catch (IOException e) {
      // The daemon or the user has closed the connection.
    }
    return left;
  }

  private void show(HostTerminal terminal, byte[] bytes, int length) throws InterruptedException {
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
}
