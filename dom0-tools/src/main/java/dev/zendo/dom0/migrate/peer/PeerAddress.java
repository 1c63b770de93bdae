package dev.zendo.dom0.migrate.peer;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * Where a daemon takes domains: {@code HOST[:PORT]}, or {@code unix:FOLDER} for one of the same
 * user on this host.
 *
 * @param text as it was written
 * @param host the host, null for a folder
 * @param port of the host
 * @param folder the other daemon's folder, null for a host
 */
public record PeerAddress(String text, String host, int port, Path folder) {
  /** The port when none is named. */
  public static final int PORT = 8002;

  private static final String UNIX = "unix:";
  private static final int MAX_PORT = 65535;

  /**
   * Reads one.
   *
   * @throws ToolException when it is none
   */
  public static PeerAddress parse(String text) {
    if (text.startsWith(UNIX)) {
      return new PeerAddress(text, null, 0, Path.of(text.substring(UNIX.length())));
    }
    String host = text;
    int port = PORT;
    int colon = text.lastIndexOf(':');
    if (colon >= 0 && text.indexOf(':') == colon || text.contains("]:")) {
      host = text.substring(0, colon);
      port = port(text, text.substring(colon + 1));
    }
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty()) {
      throw new ToolException("\"" + text + "\" is no HOST[:PORT] and no unix:FOLDER");
    }
    return new PeerAddress(text, host, port, null);
  }

  private static int port(String text, String digits) {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 0 && port <= MAX_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ToolException("\"" + text + "\" names no port from 0 to " + MAX_PORT);
  }

  /**
   * Opens a connection.
   *
   * @param own folder of the daemon that does it
   * @throws ToolException when that cannot be
   */
  public PeerLink dial(StateFolder own) {
    if (folder == null) {
      return CarrierProcess.connect(own, this);
    }
    Path socket = StateFolder.of(folder).migrationSocket();
    try {
      return PeerLink.of(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    } catch (IOException | IllegalArgumentException e) {
      throw new ToolException(text + ": no daemon answers there (" + e.getMessage() + ")", e);
    }
  }
}
