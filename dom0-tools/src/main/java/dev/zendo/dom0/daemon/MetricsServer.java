package dev.zendo.dom0.daemon;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /metrics}, as much of HTTP/1.1 as that takes: one request to a connection, a
 * few seconds for it, a few connections at a time. Thread-safe.
 */
final class MetricsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

  private static final int CLIENTS = 8;
  private static final int REQUEST_BYTES = 8192;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Between two attempts to accept somebody, when the host has no room for it. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ServerSocketChannel server;
  private final Supplier<String> text;
  private final String address;
  private final Path socket;
  private final Semaphore free = new Semaphore(CLIENTS);

  /**
   * Listens.
   *
   * @param text makes the answer, on several threads at once
   * @throws ToolException when nobody can listen there
   */
  MetricsServer(SocketAddress at, Supplier<String> text) {
    this.text = text;
    socket = at instanceof UnixDomainSocketAddress unix ? unix.getPath() : null;
    try {
      server = listen(at);
    } catch (IOException e) {
      throw new ToolException(
          name(at) + ": metrics cannot be given there (" + e.getMessage() + ")", e);
    }
    address = name(local(at));
    DaemonThreads.start("metrics", this::accept);
  }

  private ServerSocketChannel listen(SocketAddress at) throws IOException {
    ServerSocketChannel channel;
    if (socket == null) {
      channel = ServerSocketChannel.open();
    } else {
      removeDead(at);
      channel = ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
    }
    try {
      return channel.bind(at);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Removes the socket of a process that is gone; other files stay, and stand in the way. */
  private void removeDead(SocketAddress at) throws IOException {
    boolean other = Files.isRegularFile(socket) || Files.isDirectory(socket);
    if (!Files.exists(socket) || other) {
      return;
    }
    try (SocketChannel probe = SocketChannel.open(at)) {
      LOG.debug("{} answers", probe);
    } catch (IOException e) {
      Files.deleteIfExists(socket);
    }
  }

  private SocketAddress local(SocketAddress otherwise) {
    try {
      return server.getLocalAddress();
    } catch (IOException e) {
      return otherwise;
    }
  }

  private static String name(SocketAddress at) {
    return at instanceof InetSocketAddress inet
        ? (inet.getAddress().getAddress().length > 4 ? "[::1]" : inet.getAddress().getHostAddress())
            + ":"
            + inet.getPort()
        : "unix:" + at;
  }

  /** Where it can be asked, with the port that was found if any would do. */
  String address() {
    return address;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        if (free.tryAcquire()) {
          DaemonThreads.start("metrics-client", () -> answer(client));
        } else {
          client.close();
        }
      } catch (IOException e) {
        LOG.debug("no client of the metrics", e);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void answer(SocketChannel client) {
    try (client;
        Selector selector = Selector.open()) {
      client.configureBlocking(false);
      SelectionKey key = client.register(selector, SelectionKey.OP_READ);
      long end = System.nanoTime() + PATIENCE_NANOS;
      String request = read(client, selector, end);
      if (request != null) {
        key.interestOps(SelectionKey.OP_WRITE);
        write(client, selector, end, response(request));
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("a client of the metrics got no answer", e);
    } finally {
      free.release();
    }
  }

  private static boolean ready(Selector selector, long end) throws IOException {
    long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    selector.selectedKeys().clear();
    return millis > 0 && selector.select(millis) > 0;
  }

  /** The lines of a request; null when it does not come, is too long or its sender goes. */
  private static String read(SocketChannel client, Selector selector, long end) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(REQUEST_BYTES);
    while (buffer.hasRemaining() && ready(selector, end) && client.read(buffer) >= 0) {
      String text = StandardCharsets.ISO_8859_1.decode(buffer.duplicate().flip()).toString();
      if (text.contains("\r\n\r\n") || text.contains("\n\n")) {
        return text;
      }
    }
    return null;
  }

  private static void write(SocketChannel client, Selector selector, long end, ByteBuffer bytes)
      throws IOException {
    while (bytes.hasRemaining() && ready(selector, end)) {
      client.write(bytes);
    }
  }

  private ByteBuffer response(String request) {
    String[] words = request.lines().findFirst().orElse("").split(" ");
    String path = words.length > 1 ? words[1].split("\\?", 2)[0] : "";
    boolean head = words[0].equals("HEAD");
    if (!head && !words[0].equals("GET")) {
      return message("405 Method Not Allowed", "text/plain", "only GET and HEAD\n", false);
    }
    if (!path.equals("/metrics")) {
      return message("404 Not Found", "text/plain", "see /metrics\n", head);
    }
    return message("200 OK", MetricsText.CONTENT_TYPE, text.get(), head);
  }

  private static ByteBuffer message(String status, String type, String content, boolean head) {
    byte[] body = content.getBytes(StandardCharsets.UTF_8);
    byte[] lines =
        ("HTTP/1.1 "
                + status
                + "\r\nContent-Type: "
                + type
                + "\r\nContent-Length: "
                + body.length
                + (status.startsWith("405") ? "\r\nAllow: GET, HEAD" : "")
                + "\r\nConnection: close\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer all = ByteBuffer.allocate(lines.length + (head ? 0 : body.length)).put(lines);
    return (head ? all : all.put(body)).flip();
  }

  @Override
  public void close() {
    try {
      server.close();
      if (socket != null) {
        Files.deleteIfExists(socket);
      }
    } catch (IOException e) {
      LOG.debug("closing {}", address, e);
    }
  }
}
