package dev.zendo.dom0.console;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.Mapping;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backend of a domain's primary console: moves what the guest prints to an output and what is
 * typed to the guest. The ring is served on the event thread of the control domain; {@link #type}
 * and {@link #resume} may be called by any thread.
 */
public final class ConsoleBackend implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleBackend.class);

  /** The grant that the domain builder seeds for the console. */
  private static final int GRANT = 0;

  private static final int INPUT_QUEUE = 16 << 10;

  private final ControlDomain control;
  private final int domain;
  private final ConsoleOutput output;
  private final Mapping page;
  private final ConsoleRingView ring;
  private final ByteQueue input = new ByteQueue(INPUT_QUEUE);
  private final byte[] chunk = new byte[1024];
  private final int port;
  private volatile boolean closed;

  /**
   * Connects to a domain that is built.
   *
   * @param remotePort the domain's event channel for its console
   */
  public ConsoleBackend(ControlDomain control, int domain, int remotePort, ConsoleOutput output) {
    this.control = control;
    this.domain = domain;
    this.output = output;
    this.page = control.grants().map(domain, GRANT);
    this.ring = new ConsoleRingView(control.memory().memory(), page.address());
    this.port = control.events().bind(domain, remotePort, this::serve);
  }

  private synchronized void serve() {
    if (closed || ring.broken()) {
      return;
    }
    boolean moved = takeOutput();
    moved |= putInput();
    if (ring.broken()) {
      LOG.warn("domain {} broke the protocol of its console; it is no longer served", domain);
    } else if (moved) {
      control.events().send(port);
    }
  }

  private boolean takeOutput() {
    boolean moved = false;
    int count;
    // Bounded, so that a guest that prints without end does not keep the thread for itself.
    for (int i = 0; i < 4 && (count = ring.take(output.room())) > 0; i++) {
      output.accept(ring.chunk(), count);
      moved = true;
    }
    return moved;
  }

  private boolean putInput() {
    boolean moved = false;
    int count;
    while ((count = input.peek(chunk)) > 0) {
      int put = ring.put(chunk, 0, count);
      input.remove(put);
      moved |= put > 0;
      if (put < count) {
        break;
      }
    }
    return moved;
  }

  /** Serves the ring again after the output had no room. */
  public void resume() {
    control.events().post(domain, this::serve);
  }

  /** Types bytes; waits while too many are typed that the guest has not read. */
  public void type(byte[] bytes, int offset, int length) throws InterruptedException {
    int done = 0;
    while (done < length) {
      int added = input.addWaiting(bytes, offset + done, length - done);
      if (added < 0) {
        return;
      }
      done += added;
      resume();
    }
  }

  /** Takes what the guest printed last and disconnects; only before the domain is destroyed. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      while (!ring.broken() && takeOutput()) {
        // until nothing is left, or the output has no room
      }
      closed = true;
    }
    input.close();
    control.events().close(port);
    page.close();
  }
}
