package dev.zendo.xenstore;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a store on a Unix-domain socket, with the wire protocol of Xen's daemons, so that Xen's
 * {@code xenstore-*} programs work on it (they take the path from {@code XENSTORED_PATH} or {@code
 * XENSTORED_RUNDIR/socket}).
 *
 * <p>Whoever can open the socket is domain 0, so the file is only accessible to its owner from the
 * moment it appears. The clients are shared out among a few threads; a client that does not read or
 * breaks the protocol is cut off without disturbing the others.
 */
public final class SocketServer implements AutoCloseable {
  /** How many clients may be connected at a time. */
  public static final int MAX_CLIENTS = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(SocketServer.class);

  /** More threads would mostly wait for the store's lock. */
  private static final int MAX_THREADS = 4;

  private final Path file;
  private final ServerSocketChannel server;
  private final List<SocketLoop> loops;
  private final List<Thread> threads = new ArrayList<>();

  private SocketServer(Path file, ServerSocketChannel server, List<SocketLoop> loops) {
    this.file = file;
    this.server = server;
    this.loops = loops;
  }

  /** Starts to serve {@code store} at {@code file} on threads of its own. */
  public static SocketServer start(Store store, Path file) throws IOException {
    int processors = Runtime.getRuntime().availableProcessors();
    return start(store, file, Math.max(1, Math.min(MAX_THREADS, processors - 1)));
  }

  /**
   * Starts to serve {@code store} at {@code file}. A socket that nobody serves any more is
   * replaced.
   *
   * @param threads how many threads share the clients
   * @throws IOException when another server is listening there, or the file cannot be made
   */
  public static SocketServer start(Store store, Path file, int threads) throws IOException {
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
      List<SocketLoop> loops = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        loops.add(new SocketLoop(store));
      }
      SocketServer started = new SocketServer(file, server, loops);
      started.run();
      return started;
    } catch (IOException e) {
      server.close();
      Files.deleteIfExists(hidden);
      throw e;
    }
  }

  private void run() throws IOException {
    server.configureBlocking(false);
    server.register(
        loops.get(0).selector(), SelectionKey.OP_ACCEPT, (SocketLoop.Ready) this::accept);
    for (SocketLoop loop : loops) {
      Thread thread = new Thread(loop, "xenstore-socket-" + threads.size());
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** Gives a new client to the thread with the fewest. On the first loop's thread. */
  private void accept() {
    try {
      SocketChannel channel = server.accept();
      if (channel == null) {
        return;
      }
      if (loops.stream().mapToInt(SocketLoop::clients).sum() >= MAX_CLIENTS) {
        LOG.warn("more than {} clients on the store's socket: refusing one", MAX_CLIENTS);
        channel.close();
        return;
      }
      Collections.min(loops, Comparator.comparingInt(SocketLoop::clients)).adopt(channel);
    } catch (IOException e) {
      LOG.warn("a client of the store's socket could not be accepted: {}", e.getMessage());
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

  /** Disconnects all clients, removes the file and waits for the threads to end. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    server.close();
    loops.forEach(SocketLoop::stop);
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
