package dev.zendo.dom0.daemon;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens at the daemon's socket. Whoever asks must be the user of the daemon, or root: the folder
 * keeps others away already, the credentials of the peer are looked at nevertheless.
 */
final class DaemonServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DaemonServer.class);

  private static final int MAX_CLIENTS = 512;

  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, Method> methods;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  /**
   * Listens; the caller has the lock of the folder, so nobody else does.
   *
   * @throws ToolException when that cannot be
   */
  DaemonServer(Path path, Map<String, Method> methods) {
    this.path = path;
    this.methods = methods;
    try {
      Files.deleteIfExists(path);
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException | IllegalArgumentException e) {
      throw new ToolException(
          path + ": cannot listen there (" + e.getMessage() + "); use a shorter --state", e);
    }
    DaemonThreads.start("daemon-clients", this::accept);
  }

  /** The names of what clients may ask for. */
  Set<String> methods() {
    return methods.keySet();
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        if (clients.size() >= MAX_CLIENTS || !trusted(client)) {
          client.close();
        } else {
          clients.add(client);
          DaemonThreads.start("daemon-client", () -> converse(client));
        }
      } catch (IOException e) {
        if (server.isOpen()) {
          LOG.warn("a client could not be accepted: {}", e.getMessage());
        }
      }
    }
  }

  private static boolean trusted(SocketChannel client) throws IOException {
    String user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
    boolean trusted = user.equals(System.getProperty("user.name")) || user.equals("root");
    if (!trusted) {
      LOG.warn("user {} is refused: not the user of this daemon", user);
    }
    return trusted;
  }

  private void converse(SocketChannel client) {
    try {
      new Conversation(client, methods).run();
    } finally {
      clients.remove(client);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
      for (SocketChannel client : clients) {
        client.close();
      }
    } catch (IOException e) {
      LOG.debug("closing {}", path, e);
    }
  }
}
