package dev.zendo.dom0.daemon;

import dev.zendo.dom0.daemon.DaemonException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/** Cuts what a channel carries into lines of UTF-8. Not thread-safe. */
public final class LineReader {
  /** A configuration is a few kilobytes. */
  private static final int MAX_LINE = 4 << 20;

  private final ReadableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(8192).limit(0);

  /** Reads a channel that blocks. */
  public LineReader(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /**
   * The next line without its end; null when there is none.
   *
   * @throws DaemonException when it is longer than anybody needs
   */
  public String next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      while (buffer.hasRemaining()) {
        byte b = buffer.get();
        if (b == '\n') {
          return line.toString(StandardCharsets.UTF_8);
        }
        line.write(b);
      }
      if (line.size() > MAX_LINE) {
        throw new DaemonException(Kind.BAD_REQUEST, "a line is longer than " + MAX_LINE);
      }
      buffer.clear();
      int count = channel.read(buffer);
      buffer.flip();
      if (count < 0) {
        return null;
      }
    }
  }

  /** What came behind the last line already, for whoever takes the channel over. */
  public byte[] rest() {
    byte[] rest = new byte[buffer.remaining()];
    buffer.get(rest);
    return rest;
  }
}
