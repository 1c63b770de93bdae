package dev.zendo.dom0.console;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A console at a Unix socket, for {@linkplain ConsoleViewers any number of viewers}. Thread-safe.
 */
public final class SocketEnd implements ConsoleEnd {
  private static final Logger LOG = LoggerFactory.getLogger(SocketEnd.class);

  private final Path path;
  private final ServerSocketChannel server;
  private final ConsoleViewers viewers = new ConsoleViewers();

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
          path + ": no console can listen there (" + IoReason.of(e) + "); use another path", e);
    }
    DaemonThreads.start("console-socket", this::accept);
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
        DaemonThreads.start("console-typist", () -> viewers.serve(viewer));
      } catch (IOException e) {
        if (server.isOpen()) {
          LOG.warn("a viewer of {} could not be accepted: {}", path, e.getMessage());
        }
      }
    }
  }

  @Override
  public ConsoleOutput output() {
    return viewers;
  }

  @Override
  public void connect(ConsoleInput input) {
    viewers.connect(input);
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
    viewers.close();
  }
}
