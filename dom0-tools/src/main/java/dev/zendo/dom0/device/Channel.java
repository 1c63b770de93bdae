package dev.zendo.dom0.device;

import dev.zendo.dom0.control.EventPorts;

/** An event channel to a frontend. Thread-safe. */
public final class Channel implements AutoCloseable {
  private final EventPorts events;
  private final int port;
  private boolean closed;

  Channel(EventPorts events, int port) {
    this.events = events;
    this.port = port;
  }

  /** Raises an event in the frontend; nothing once it is closed. */
  public synchronized void notifyPeer() {
    if (!closed) {
      events.send(port);
    }
  }

  /** Ends it; its handler does not run any more when this was called on the event thread. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      events.close(port);
    }
  }
}
