package dev.zendo.xenstore;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells clients that events wait for them, at a moment when the calling thread holds no lock of
 * this package: what a client does then may wait for other threads that use the store.
 *
 * <p>A section that holds a lock around store operations puts the calls off until its end:
 *
 * <pre>{@code
 * boolean outermost = Signals.putOff();
 * try {
 *   synchronized (this) { ... }
 * } finally {
 *   Signals.resume(outermost);
 * }
 * }</pre>
 */
final class Signals {
  /** The clients to tell at the end of the section that the thread is in; null outside one. */
  private static final ThreadLocal<List<Connection>> LATER = new ThreadLocal<>();

  private Signals() {}

  /** Begins a section; gives what {@link #resume} at its end needs. */
  static boolean putOff() {
    if (LATER.get() != null) {
      return false;
    }
    LATER.set(new ArrayList<>());
    return true;
  }

  /** Ends a section, and if it was the outermost, makes the calls. */
  static void resume(boolean outermost) {
    if (outermost) {
      List<Connection> clients = LATER.get();
      LATER.remove();
      send(clients);
    }
  }

  /** Tells the clients, now or at the end of the section. */
  static void send(List<Connection> clients) {
    List<Connection> later = LATER.get();
    if (later != null) {
      later.addAll(clients);
      return;
    }
    for (Connection client : clients) {
      client.signal();
    }
  }
}
