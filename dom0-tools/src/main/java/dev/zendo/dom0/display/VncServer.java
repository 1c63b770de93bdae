package dev.zendo.dom0.display;

import dev.zendo.dom0.DaemonThreads;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a display to VNC clients (RFC 6143), each on threads of its own. Thread-safe. */
final class VncServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VncServer.class);

  private static final int MAX_CLIENTS = 8;

  /** Displays that are tried when any above the first will do. */
  private static final int TRIES = 100;

  private final ServerSocket server;
  private final Display display;
  private final String password;
  private final Set<VncSession> sessions = ConcurrentHashMap.newKeySet();

  private VncServer(ServerSocket server, Display display, String password) {
    this.server = server;
    this.display = display;
    this.password = password;
  }

  /**
   * Starts serving.
   *
   * @param password that clients must know; empty for none
   * @throws IOException when nothing can listen there
   */
  static VncServer start(Display display, VncAddress address, String password) throws IOException {
    VncServer server = new VncServer(listen(address), display, password);
    DaemonThreads.start("vnc-" + server.port(), server::accept);
    return server;
  }

  private static ServerSocket listen(VncAddress address) throws IOException {
    int first = VncAddress.BASE_PORT + address.display();
    int tries = address.orAbove() ? Math.min(TRIES, 65536 - first) : 1;
    BindException taken = null;
    for (int port = first; port < first + tries; port++) {
      ServerSocket socket = new ServerSocket();
      try {
        socket.bind(new InetSocketAddress(InetAddress.getByName(address.host()), port));
        return socket;
      } catch (BindException e) {
        socket.close();
        taken = e;
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    }
    throw taken;
  }

  /** The TCP port. */
  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        if (sessions.size() >= MAX_CLIENTS) {
          socket.close();
          continue;
        }
        VncSession session = new VncSession(socket, display, password, sessions::remove);
        sessions.add(session);
        session.start();
      } catch (IOException e) {
        if (!server.isClosed()) {
          LOG.warn("a VNC client could not be accepted: {}", e.getMessage());
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      LOG.debug("closing the VNC server", e);
    }
    sessions.forEach(VncSession::close);
  }
}
