package dev.zendo.dom0.console;

import dev.zendo.dom0.Daemons;
import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A console at a Unix socket: whoever connects sees the last of what the guest printed and all that
 * comes, and may type. A viewer that reads too slowly misses something. Thread-safe.
 */
public final class SocketEnd implements ConsoleEnd {
  private static final Logger LOG = LoggerFactory.getLogger(SocketEnd.class);

  private static final int MAX_VIEWERS = 64;

  /** Bytes that a new viewer sees of the past. */
  private static final int PAST = 16 << 10;

  private final Path path;
  private final ServerSocketChannel server;
  private final ConsoleHub hub = new ConsoleHub();
  private final ConsoleLog past = new ConsoleLog(PAST);
  private final Map<SocketChannel, OutputWriter> viewers = new ConcurrentHashMap<>();
  private volatile ConsoleInput console;

  /**
   * Listens at a path where there is nothing, or the socket of a program that has ended.
   *
   * @throws ToolException when that cannot be
   */
  public SocketEnd(Path path) {
    this.path = path;
    try {
      server = listen(path);
    } catch (IOException e) {
      throw new ToolException(
          path + ": no console can listen there (" + e.getMessage() + "); use another path", e);
    }
    hub.add(past);
    Daemons.start("console-socket", this::accept);
  }

  private static ServerSocketChannel listen(Path path) throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
    if (Files.exists(path)) {
      removeDead(path, address);
    }
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      return server.bind(address);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static void removeDead(Path path, UnixDomainSocketAddress address) throws IOException {
    if (Files.isRegularFile(path) || Files.isDirectory(path)) {
      throw new IOException("it is no socket");
    }
    boolean answers = true;
    try (SocketChannel probe = SocketChannel.open(address)) {
      LOG.debug("{} answers", probe);
    } catch (IOException e) {
      answers = false;
    }
    if (answers) {
      throw new IOException("another program listens there");
    }
    Files.delete(path);
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel viewer = server.accept();
        if (viewers.size() >= MAX_VIEWERS) {
          viewer.close();
        } else {
          welcome(viewer);
        }
      } catch (IOException e) {
        if (server.isOpen()) {
          LOG.warn("a viewer of {} could not be accepted: {}", path, e.getMessage());
        }
      }
    }
  }

  private void welcome(SocketChannel viewer) {
    OutputWriter writer =
        new OutputWriter("console-viewer", Channels.newOutputStream(viewer), true);
    byte[] seen = past.text().getBytes(StandardCharsets.UTF_8);
    writer.accept(seen, seen.length);
    viewers.put(viewer, writer);
    hub.add(writer);
    Daemons.start("console-typist", () -> read(viewer, writer));
  }

  private void read(SocketChannel viewer, OutputWriter writer) {
    byte[] keys = new byte[1024];
    try {
      int count;
      while ((count = viewer.read(ByteBuffer.wrap(keys))) >= 0) {
        ConsoleInput input = console;
        if (input != null) {
          input.type(keys, 0, count);
        }
      }
    } catch (IOException e) {
      LOG.debug("a viewer of {} is gone", path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      hub.remove(writer);
      viewers.remove(viewer);
      close(viewer);
      writer.close();
    }
  }

  private static void close(SocketChannel viewer) {
    try {
      viewer.close();
    } catch (IOException e) {
      LOG.debug("closing a viewer", e);
    }
  }

  @Override
  public ConsoleOutput output() {
    return hub;
  }

  @Override
  public void connect(ConsoleInput input) {
    console = input;
  }

  @Override
  public String address() {
    return path.toString();
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.debug("closing {}", path, e);
    }
    viewers.values().forEach(OutputWriter::close);
    viewers.keySet().forEach(SocketEnd::close);
  }
}
