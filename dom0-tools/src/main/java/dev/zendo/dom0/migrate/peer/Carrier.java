package dev.zendo.dom0.migrate.peer;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks TLS for a daemon, in a process of its own: there the JVM's second compiler makes
 * encryption quick, and nobody who is not known reaches the hypervisor's process. It ends with its
 * standard input, that is, with the daemon.
 */
public final class Carrier {
  private static final Logger LOG = LoggerFactory.getLogger(Carrier.class);
  private static final int MOST = 16;
  private static final int BUFFER = 1 << 16;

  /** What the side that was called says first. */
  private static final byte HELLO = 'Z';

  private final StateFolder folder;
  private final PinnedTls tls;

  private Carrier(StateFolder folder) {
    this.folder = folder;
    this.tls = new PinnedTls(folder);
  }

  /**
   * Begins the process.
   *
   * @param args {@code connect} or {@code listen}, host, port, state folder
   */
  public static void main(String[] args) {
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    try {
      Carrier carrier = new Carrier(StateFolder.of(Path.of(args[3])));
      int port = Integer.parseInt(args[2]);
      if (args[0].equals("connect")) {
        carrier.connect(args[1], port, out);
      } else {
        carrier.listen(args[1], port, out);
      }
    } catch (IOException | ToolException e) {
      say(out, "error " + reason(e));
    }
    System.exit(0);
  }

  /** Says the result, for the daemon. */
  private static void say(OutputStream out, String line) {
    try {
      out.write((line.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      LOG.debug("nobody listens", e);
    }
  }

  /** What lies behind an error of TLS, if anything does. */
  private static String reason(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause instanceof IOException) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /**
   * Until one side ends it. The process ends with that, which closes the socket: to close it here
   * could last as long as the other thread's write, that is for ever if the peer reads no more.
   */
  private void connect(String host, int port, OutputStream out) throws IOException {
    SSLSocket socket = tls.connect(host, port);
    int first = socket.getInputStream().read();
    if (first == PinnedTls.UNKNOWN) {
      throw new IOException("it does not know this daemon's fingerprint (zl peers add, there)");
    }
    if (first != HELLO) {
      throw new IOException("is no daemon that takes domains");
    }
    socket.setSoTimeout(0);
    say(out, "ok");
    InputStream in = new FileInputStream(FileDescriptor.in);
    DaemonThreads.start("carrier-out", () -> relay(in, socket));
    copy(socket.getInputStream(), out);
  }

  /** What the daemon sends; its end is that of the connection. */
  private static void relay(InputStream in, Socket socket) {
    try (socket) {
      copy(in, socket.getOutputStream());
    } catch (IOException e) {
      LOG.debug("a connection ended", e);
    }
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      out.write(buffer, 0, count);
      out.flush();
    }
  }

  private void listen(String host, int port, OutputStream out) throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      say(out, "ok " + server.getLocalPort());
      DaemonThreads.start("carrier-accept", () -> accept(server));
      InputStream in = new FileInputStream(FileDescriptor.in);
      long unused = in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private void accept(ServerSocket server) {
    Semaphore free = new Semaphore(MOST);
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        if (free.tryAcquire()) {
          DaemonThreads.start("carrier-client", () -> serve(client, free));
        } else {
          client.close();
        }
      } catch (IOException e) {
        LOG.warn("a daemon could not be accepted: {}", e.getMessage());
      }
    }
  }

  private void serve(Socket client, Semaphore free) {
    try (client;
        SSLSocket socket = tls.accept(client)) {
      socket.setSoTimeout(0);
      carry(socket, SocketChannel.open(UnixDomainSocketAddress.of(folder.migrationSocket())));
    } catch (IOException e) {
      LOG.warn("{}: {}", client.getRemoteSocketAddress(), reason(e));
    } finally {
      free.release();
    }
  }

  private static void carry(SSLSocket socket, SocketChannel daemon) throws IOException {
    try {
      socket.getOutputStream().write(HELLO);
      DaemonThreads.start("carrier-back", () -> relay(answers(daemon), socket));
      copy(socket.getInputStream(), requests(daemon));
    } finally {
      daemon.close();
    }
  }

  /** Unlike the streams of {@code Channels}, this may be read while the channel is written. */
  private static InputStream answers(SocketChannel daemon) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return daemon.read(ByteBuffer.wrap(bytes, offset, length));
      }
    };
  }

  private static OutputStream requests(SocketChannel daemon) {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
        while (left.hasRemaining()) {
          daemon.write(left);
        }
      }
    };
  }
}
