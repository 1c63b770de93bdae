package dev.zendo.xenstore;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ThreadFactory;

/**
 * Serves a store on a Unix-domain socket, with the wire protocol of Xen's daemons, so that Xen's
 * {@code xenstore-*} programs work on it (they take the path from {@code XENSTORED_PATH} or {@code
 * XENSTORED_RUNDIR/socket}).
 *
 * <p>Whoever can open the socket is domain 0, so the file is only accessible to its owner from the
 * moment it appears. All clients are served by one thread; a client that does not read or breaks
 * the protocol is cut off without disturbing the others.
 */
public final class SocketServer implements AutoCloseable {
  /** How many clients may be connected at a time. */
  public static final int MAX_CLIENTS = 1024;

  private final Path file;
  private final SocketLoop loop;
  private final Thread thread;

  private SocketServer(Path file, SocketLoop loop, Thread thread) {
    this.file = file;
    this.loop = loop;
    this.thread = thread;
  }

  /** Starts to serve {@code store} at {@code file} on a thread of its own. */
  public static SocketServer start(Store store, Path file) throws IOException {
    return start(
        store,
        file,
        task -> {
          Thread thread = new Thread(task, "xenstore-socket");
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * Starts to serve {@code store} at {@code file}. A socket that nobody serves any more is
   * replaced.
   *
   * @throws IOException when another server is listening there, or the file cannot be made
   */
  public static SocketServer start(Store store, Path file, ThreadFactory threads)
      throws IOException {
    if (Files.exists(file) && isServed(file)) {
      throw new IOException(file + " is being served by another process");
    }
    Path hidden = file.resolveSibling("." + file.getFileName() + ".new");
    Files.deleteIfExists(hidden);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(hidden));
      Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
      Files.move(hidden, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      SocketLoop loop = new SocketLoop(store, server);
      Thread thread = threads.newThread(loop);
      thread.start();
      return new SocketServer(file, loop, thread);
    } catch (IOException e) {
      server.close();
      Files.deleteIfExists(hidden);
      throw e;
    }
  }

  private static boolean isServed(Path file) {
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Where the server listens. */
  public Path file() {
    return file;
  }

  /** Disconnects all clients, removes the file and waits for the thread to end. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    loop.stop();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
