package dev.zendo.xenstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program of the host that is connected to a {@link SocketServer}. All but {@link #wake} on its
 * loop's thread.
 */
final class HostClient implements SocketLoop.Ready {
  private static final Logger LOG = LoggerFactory.getLogger(HostClient.class);
  private static final int BUFFER = 16 << 10;

  private final SocketLoop loop;
  private final Store store;
  private final SocketChannel channel;
  private final SelectionKey key;
  private final WireConnection wire;
  private final AtomicBoolean isWoken = new AtomicBoolean();
  private final ByteBuffer input = ByteBuffer.allocate(BUFFER).flip();
  private final ByteBuffer output = ByteBuffer.allocate(BUFFER).flip();

  HostClient(SocketLoop loop, Store store, SocketChannel channel) throws IOException {
    this.loop = loop;
    this.store = store;
    this.channel = channel;
    this.wire = new WireConnection(store.connect(0), this::wake);
    this.key = channel.register(loop.selector(), SelectionKey.OP_READ, this);
  }

  /** Sees to it that waiting events are sent. Any thread. */
  private void wake() {
    if (isWoken.compareAndSet(false, true)) {
      loop.wake(this);
    }
  }

  /** Lets the next {@link #wake} count. */
  void forgetWake() {
    isWoken.set(false);
  }

  @Override
  public void ready() {
    receive();
    loop.add(this);
  }

  /**
   * Reads once, unless the client still has to take replies, and carries out what came; the replies
   * wait for {@link #send}. A client with endless requests does not keep the others waiting.
   *
   * @return whether something came
   */
  boolean receive() {
    if (!channel.isOpen() || input.hasRemaining() || output.hasRemaining()) {
      return false;
    }
    try {
      int count = channel.read(input.clear());
      input.flip();
      if (count < 0) {
        close();
      } else if (count > 0) {
        feed();
      }
      return count > 0;
    } catch (IOException e) {
      LOG.debug("a client of the store's socket is gone", e);
      input.limit(input.position());
      close();
      return false;
    }
  }

  /** Offers what was read; gives how much of it was taken. */
  private int feed() {
    int fed = wire.feed(input.array(), input.position(), input.remaining());
    input.position(input.position() + fed);
    return fed;
  }

  /** Sends replies and events, and carries out the requests that had to wait for that. */
  void send() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      boolean taken = sendAll();
      while (taken && input.hasRemaining() && feed() > 0) {
        taken = sendAll();
      }
      int interest = taken ? SelectionKey.OP_READ : SelectionKey.OP_WRITE;
      if (key.interestOps() != interest) {
        key.interestOps(interest);
      }
    } catch (IOException e) {
      LOG.debug("a client of the store's socket is gone", e);
      close();
    } catch (RuntimeException e) {
      LOG.error("a client of the store's socket could not be served", e);
      close();
    }
    if (wire.isBroken() || wire.connection().hasOverflowed()) {
      close();
    }
  }

  /** Sends all that waits; false when the client does not take it now. */
  private boolean sendAll() throws IOException {
    while (true) {
      if (output.hasRemaining()) {
        channel.write(output);
        if (output.hasRemaining()) {
          return false;
        }
      }
      int count = wire.take(output.array(), 0, output.capacity());
      output.clear().limit(count);
      if (!store.settle()) {
        throw new IOException("changes of the store cannot be kept");
      }
      if (count == 0) {
        return true;
      }
    }
  }

  void close() {
    if (!channel.isOpen()) {
      return;
    }
    loop.left();
    wire.close();
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing a client of the store's socket", e);
    }
  }
}
