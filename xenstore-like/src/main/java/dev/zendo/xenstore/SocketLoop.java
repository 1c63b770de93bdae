package dev.zendo.xenstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a {@link SocketServer}: waits for all its clients at once and never blocks on one.
 */
final class SocketLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(SocketLoop.class);
  private static final int BUFFER = 16 << 10;

  private final Store store;
  private final ServerSocketChannel server;
  private final Selector selector;
  private final Queue<Client> woken = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;
  private Thread thread;
  private int clients;

  SocketLoop(Store store, ServerSocketChannel server) throws IOException {
    this.store = store;
    this.server = server;
    this.selector = Selector.open();
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  void stop() {
    stopping = true;
    selector.wakeup();
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      while (!stopping) {
        selector.select(this::ready);
        for (Client client = woken.poll(); client != null; client = woken.poll()) {
          client.isWoken.set(false);
          client.serve();
        }
      }
    } catch (IOException e) {
      LOG.error("the store's socket is not served any more", e);
    } finally {
      closeAll();
    }
  }

  private void ready(SelectionKey key) {
    if (key.attachment() instanceof Client client) {
      client.serve();
    } else {
      accept();
    }
  }

  private void accept() {
    try {
      SocketChannel channel = server.accept();
      if (channel == null) {
        return;
      }
      if (clients >= SocketServer.MAX_CLIENTS) {
        LOG.warn("more than {} clients on the store's socket: refusing one", clients);
        channel.close();
        return;
      }
      channel.configureBlocking(false);
      new Client(channel);
    } catch (IOException e) {
      LOG.warn("a client of the store's socket could not be accepted: {}", e.getMessage());
    }
  }

  private void closeAll() {
    for (SelectionKey key : new ArrayList<>(selector.keys())) {
      if (key.attachment() instanceof Client client) {
        client.close();
      }
    }
    try {
      server.close();
      selector.close();
    } catch (IOException e) {
      LOG.debug("closing the store's socket", e);
    }
  }

  /** One connected program; all but {@link #wake} on the loop's thread. */
  private final class Client {
    private final SocketChannel channel;
    private final SelectionKey key;
    private final WireConnection wire;
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final ByteBuffer input = ByteBuffer.allocate(BUFFER).flip();
    private final ByteBuffer output = ByteBuffer.allocate(BUFFER).flip();

    Client(SocketChannel channel) throws IOException {
      this.channel = channel;
      this.wire = new WireConnection(store.connect(0), this::wake);
      this.key = channel.register(selector, SelectionKey.OP_READ, this);
      clients++;
    }

    void wake() {
      if (isWoken.compareAndSet(false, true)) {
        woken.add(this);
        if (Thread.currentThread() != thread) {
          selector.wakeup();
        }
      }
    }

    void serve() {
      if (!key.isValid()) {
        return;
      }
      try {
        if (move() && !wire.isBroken() && !wire.connection().hasOverflowed()) {
          int interest = output.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
          if (key.interestOps() != interest) {
            key.interestOps(interest);
          }
          return;
        }
      } catch (IOException e) {
        LOG.debug("a client of the store's socket is gone", e);
      } catch (RuntimeException e) {
        LOG.error("a client of the store's socket could not be served", e);
      }
      close();
    }

    /**
     * Reads once and carries out what came, as far as the client takes the replies; false at its
     * end. A client with endless requests does not keep the others waiting.
     */
    private boolean move() throws IOException {
      boolean read = false;
      while (send()) {
        if (input.hasRemaining()) {
          int fed = wire.feed(input.array(), input.position(), input.remaining());
          input.position(input.position() + fed);
          if (wire.isBroken()) {
            return false;
          }
        } else if (read) {
          return true;
        } else {
          read = true;
          int count = channel.read(input.clear());
          input.flip();
          if (count <= 0) {
            return count == 0;
          }
        }
      }
      return true;
    }

    /** Sends all that waits; false when the client does not take it now. */
    private boolean send() throws IOException {
      while (true) {
        if (output.hasRemaining()) {
          channel.write(output);
          if (output.hasRemaining()) {
            return false;
          }
        }
        output.clear();
        int count = wire.take(output.array(), 0, output.capacity());
        output.limit(count);
        if (count == 0) {
          return true;
        }
      }
    }

    void close() {
      if (!channel.isOpen()) {
        return;
      }
      clients--;
      wire.close();
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("closing a client of the store's socket", e);
      }
    }
  }
}
