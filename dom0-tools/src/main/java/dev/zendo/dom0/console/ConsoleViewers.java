package dev.zendo.dom0.console;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a console to whoever is connected: the last of what the guest printed, then all that comes;
 * what a viewer sends is typed. A viewer that reads too slowly misses something. Thread-safe.
 */
public final class ConsoleViewers implements ConsoleOutput {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleViewers.class);

  private static final int MAX_VIEWERS = 64;

  /** Bytes that a new viewer sees of the past. */
  private static final int PAST = 16 << 10;

  private final ConsoleHub hub = new ConsoleHub();
  private final ConsoleLog past = new ConsoleLog(PAST);
  private final Map<SocketChannel, OutputWriter> viewers = new ConcurrentHashMap<>();
  private volatile ConsoleInput console;

  /** Guarded by this, as is what a new viewer sees between the past and what comes. */
  private boolean closed;

  /** A console without viewers. */
  public ConsoleViewers() {
    hub.add(past);
  }

  /** Sets what viewers type at; may be called again. */
  public void connect(ConsoleInput input) {
    console = input;
  }

  /**
   * Serves a viewer until one of both goes, and closes the channel. Who comes after {@link #close}
   * sees the past.
   */
  public void serve(SocketChannel viewer) {
    serve(viewer, () -> {});
  }

  /**
   * The same.
   *
   * @param seen runs before the viewer waits for anything, and in any case: nothing that is printed
   *     from then on is missed
   */
  public void serve(SocketChannel viewer, Runnable seen) {
    if (viewers.size() >= MAX_VIEWERS) {
      seen.run();
      close(viewer);
      return;
    }
    OutputWriter writer =
        new OutputWriter("console-viewer", Channels.newOutputStream(viewer), true);
    try {
      boolean joined = join(viewer, writer);
      seen.run();
      if (joined) {
        read(viewer);
      }
    } catch (IOException e) {
      LOG.debug("a viewer is gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      hub.remove(writer);
      viewers.remove(viewer);
      writer.close();
      close(viewer);
    }
  }

  /** Shows the past, then all that comes; false when nothing will come. */
  private synchronized boolean join(SocketChannel viewer, OutputWriter writer) {
    byte[] seen = past.text().getBytes(StandardCharsets.UTF_8);
    writer.accept(seen, seen.length);
    if (closed) {
      return false;
    }
    viewers.put(viewer, writer);
    hub.add(writer);
    return true;
  }

  private void read(SocketChannel viewer) throws IOException, InterruptedException {
    byte[] keys = new byte[1024];
    int count;
    while ((count = viewer.read(ByteBuffer.wrap(keys))) >= 0) {
      ConsoleInput input = console;
      if (input != null) {
        input.type(keys, 0, count);
      }
    }
  }

  private static void close(SocketChannel viewer) {
    try {
      viewer.close();
    } catch (IOException e) {
      LOG.debug("closing a viewer", e);
    }
  }

  @Override
  public synchronized void accept(byte[] bytes, int length) {
    hub.accept(bytes, length);
  }

  @Override
  public int room() {
    return hub.room();
  }

  /** Sends all viewers away, after what was printed. */
  public void close() {
    synchronized (this) {
      closed = true;
    }
    viewers.values().forEach(OutputWriter::close);
    viewers.keySet().forEach(ConsoleViewers::close);
  }
}
