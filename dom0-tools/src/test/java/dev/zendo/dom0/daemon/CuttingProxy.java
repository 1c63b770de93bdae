package dev.zendo.dom0.daemon;

import dev.zendo.dom0.DaemonThreads;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A network between two daemons that breaks when so many bytes have passed, once. */
final class CuttingProxy implements AutoCloseable {
  private final Path target;
  private final Path socket;
  private final ServerSocketChannel server;
  private long requestBytes = Long.MAX_VALUE;
  private long replyBytes = Long.MAX_VALUE;

  /** Leads from the socket of one folder to that of another. */
  CuttingProxy(StateFolder from, StateFolder to) throws IOException {
    target = to.migrationSocket();
    socket = from.migrationSocket();
    Files.createDirectories(socket.getParent());
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    DaemonThreads.start("proxy", this::accept);
  }

  /** Has the next connection cut after so many bytes of one of its directions. */
  synchronized void cut(long afterRequest, long afterReply) {
    requestBytes = afterRequest;
    replyBytes = afterReply;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        SocketChannel daemon = SocketChannel.open(UnixDomainSocketAddress.of(target));
        synchronized (this) {
          long requests = requestBytes;
          long replies = replyBytes;
          DaemonThreads.start("proxy-out", () -> pass(client, daemon, requests));
          DaemonThreads.start("proxy-back", () -> pass(daemon, client, replies));
          requestBytes = Long.MAX_VALUE;
          replyBytes = Long.MAX_VALUE;
        }
      } catch (IOException e) {
        // Closed, or the daemon is gone.
      }
    }
  }

  private static void pass(SocketChannel from, SocketChannel to, long limit) {
    try (from;
        to) {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      for (long left = limit; left > 0; left -= buffer.position()) {
        buffer.clear().limit((int) Math.min(left, buffer.capacity()));
        if (from.read(buffer) < 0) {
          return;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
      }
    } catch (IOException e) {
      // The other direction was cut.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(socket);
  }
}
