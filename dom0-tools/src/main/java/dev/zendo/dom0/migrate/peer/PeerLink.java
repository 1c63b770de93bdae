package dev.zendo.dom0.migrate.peer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.daemon.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connection to another daemon: lines of JSON, and bytes between them. One thread reads and
 * writes; any thread may close it, which ends both with an error, and ask how long it is idle.
 */
public final class PeerLink implements AutoCloseable {
  private static final int BUFFER = 1 << 18;

  /** A configuration is a few kilobytes. */
  private static final int MAX_LINE = 1 << 20;

  private final InputStream in;
  private final OutputStream out;
  private final AutoCloseable whole;
  private volatile long lastNanos = System.nanoTime();
  private final AtomicLong sent = new AtomicLong();

  private PeerLink(InputStream in, OutputStream out, AutoCloseable whole) {
    this.in = new BufferedInputStream(new Watched(in), BUFFER);
    this.out = new Counted(out);
    this.whole = whole;
  }

  /** Over a socket, which is closed with it. */
  public static PeerLink of(SocketChannel channel) {
    return new PeerLink(
        Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
  }

  /** Over the standard input and output of a process, which ends with it. */
  static PeerLink of(Process process) {
    return new PeerLink(
        process.getInputStream(),
        process.getOutputStream(),
        () -> {
          process.destroyForcibly();
          process.getOutputStream().close();
        });
  }

  private final class Watched extends FilterInputStream {
    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      lastNanos = System.nanoTime();
      return count;
    }
  }

  private final class Counted extends FilterOutputStream {
    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      sent.addAndGet(length);
      lastNanos = System.nanoTime();
    }
  }

  /** What comes; closing it does nothing. */
  public InputStream in() {
    return new FilterInputStream(in) {
      @Override
      public void close() {
        // The connection goes on.
      }
    };
  }

  /** Where bytes go, unbuffered. */
  public OutputStream out() {
    return out;
  }

  /** Bytes that were sent. */
  public long sent() {
    return sent.get();
  }

  /** Nanoseconds since a byte came or went. */
  public long idleNanos() {
    return System.nanoTime() - lastNanos;
  }

  /** Sends a line. */
  public void send(JsonNode line) throws IOException {
    byte[] bytes = Json.line(line);
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  /**
   * The next line.
   *
   * @throws IOException when there is none, or it is too long
   * @throws dev.zendo.dom0.daemon.DaemonException when it is no JSON
   */
  public JsonNode receive() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the connection was cut");
      }
      if (next == '\n') {
        return Json.parse(line.toString(StandardCharsets.UTF_8));
      }
      line.write(next);
      if (line.size() > MAX_LINE) {
        throw new IOException("a line is longer than " + MAX_LINE);
      }
    }
  }

  @Override
  public void close() {
    try {
      whole.close();
    } catch (Exception e) {
      // Nobody uses it any more.
    }
  }
}
