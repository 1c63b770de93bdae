package dev.zendo.dom0.device;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.xenstore.StoreClient;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device and the state of its connection (io/xenbus.h). Whatever the frontend writes as its
 * state, and in whatever order, leaves this end in one of four states: it waits (InitWait), is
 * connected, waits for the frontend to close (Closing), or is closed. A connection ends when the
 * back end touches nothing of the guest any more, which may take time; the state changes then, and
 * what the frontend wrote in the meantime is looked at. On the event thread.
 */
final class DeviceInstance {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceInstance.class);

  /** Failures of one device that are reported: a frontend can cause any number. */
  private static final int MAX_REPORTS = 10;

  private final DevicePath path;
  private final BackendDevice device;
  private final BackendDriver driver;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private Backend backend;
  private int state = XenbusState.INITIALISING;
  private int reports;
  private boolean gone;

  /** Keys of this end that were written while the host's side was being opened; null afterwards. */
  private Set<String> missed = new LinkedHashSet<>();

  /** What happens when the connection has ended; null when it is not ending. */
  private DeviceTask next;

  DeviceInstance(ControlDomain control, StoreClient store, DevicePath path, BackendDriver driver) {
    this.path = path;
    this.driver = driver;
    this.device = new BackendDevice(control, store, path, this);
  }

  DevicePath path() {
    return path;
  }

  int state() {
    return state;
  }

  /** Null when it could not be opened. */
  Backend backend() {
    return backend;
  }

  /** What serves it. */
  BackendDriver driver() {
    return driver;
  }

  /** Whether the device in the store is this one: the toolstack may have made another one. */
  boolean isThere() {
    return device.isThere();
  }

  /** Opens the host's side, and offers it to the frontend when it is open. */
  void open() {
    attempt(
        () -> {
          backend = driver.open(device);
          backend.open(() -> attempt(this::opened), this::refused);
        });
  }

  private void attempt(DeviceTask task) {
    try {
      task.run();
    } catch (DeviceException e) {
      refuse(e.getMessage());
    } catch (RuntimeException | Error e) {
      refuse("internal error: " + e);
      throw e;
    }
  }

  /** Catches up with what both ends have written meanwhile. */
  private void opened() throws DeviceException {
    if (gone) {
      return;
    }
    Set<String> written = missed;
    missed = null;
    device.publish("hotplug-status", "connected");
    offer();
    written.forEach(this::backendChanged);
    frontendChanged();
  }

  private void refused(String why) {
    if (!gone) {
      Backend none = backend;
      backend = null;
      none.close(() -> refuse(why));
    }
  }

  private void refuse(String why) {
    LOG.warn("{} cannot be opened: {}", path, why);
    missed = null;
    device.publish("hotplug-error", why);
    device.publish("hotplug-status", "error");
    enter(XenbusState.CLOSED);
  }

  private void offer() throws DeviceException {
    backend.publish();
    enter(XenbusState.INIT_WAIT);
  }

  private void enter(int next) {
    state = next;
    device.publish("state", next);
  }

  /** Ends the connection, if there is one; what follows may replace what should have followed. */
  private void disconnect(DeviceTask then) {
    boolean ending = next != null;
    next = then;
    if (ending) {
      return;
    }
    try {
      backend.disconnect(this::disconnected);
    } catch (RuntimeException | Error e) {
      next = null;
      throw e;
    }
  }

  private void disconnected() {
    DeviceTask now = next;
    next = null;
    try {
      now.run();
    } catch (DeviceException e) {
      fail(e.getMessage());
    }
    frontendChanged();
  }

  private boolean idle() {
    return backend != null && missed == null && !gone && next == null;
  }

  /** The frontend's state was written, or its directory is gone. */
  void frontendChanged() {
    if (!idle()) {
      return;
    }
    int frontend = device.front("state").map(DeviceInstance::parse).orElse(XenbusState.UNKNOWN);
    try {
      follow(frontend);
    } catch (DeviceException e) {
      fail(e.getMessage());
    }
  }

  /** A digit; anything else is a state that means nothing. */
  private static int parse(String text) {
    return text.length() == 1 ? text.charAt(0) - '0' : XenbusState.UNKNOWN;
  }

  private void follow(int frontend) throws DeviceException {
    switch (frontend) {
      case XenbusState.INITIALISING:
        // A frontend that begins again: after it closed, or after its kernel was replaced.
        if (state != XenbusState.INIT_WAIT && online()) {
          disconnect(this::offer);
        }
        break;
      case XenbusState.CLOSING:
        if (state != XenbusState.CLOSED && state != XenbusState.CLOSING) {
          disconnect(() -> enter(XenbusState.CLOSING));
        }
        break;
      case XenbusState.UNKNOWN:
      case XenbusState.CLOSED:
        if (state != XenbusState.CLOSED) {
          disconnect(this::end);
        }
        break;
      default:
        if (state == XenbusState.INIT_WAIT && backend.connectsAt(frontend)) {
          backend.connect();
          enter(XenbusState.CONNECTED);
        }
    }
  }

  private boolean online() {
    return device.back("online").filter("1"::equals).isPresent();
  }

  /** A key of this end was written, by the toolstack or by ourselves. */
  void backendChanged(String key) {
    if (missed != null) {
      missed.add(key);
      return;
    }
    if (backend == null || gone) {
      return;
    }
    try {
      if (key.equals("state") || key.equals("online")) {
        toolstackState(device.back("state").map(DeviceInstance::parse).orElse(state));
      } else {
        backend.changed(key);
      }
    } catch (DeviceException e) {
      fail(e.getMessage());
    }
  }

  /**
   * The toolstack asks for the device back by writing Closing over our state, and that it is not
   * online: we may have written the state again before we saw its.
   */
  private void toolstackState(int written) {
    if (written != XenbusState.CLOSING && online() || state == XenbusState.CLOSING) {
      return;
    }
    if (state == XenbusState.CONNECTED && next == null) {
      // The frontend closes first; it may still have to finish what it began.
      state = XenbusState.CLOSING;
      frontendChanged();
    } else {
      disconnect(this::end);
    }
  }

  /** Closed; before the toolstack reads that of a device that it takes back, all is free. */
  private void end() {
    if (online()) {
      enter(XenbusState.CLOSED);
    } else {
      closeBackend(() -> enter(XenbusState.CLOSED));
    }
  }

  private void closeBackend(Runnable then) {
    gone = true;
    try {
      backend.close(
          () -> {
            try {
              then.run();
            } finally {
              closed.complete(null);
            }
          });
    } catch (RuntimeException | Error e) {
      closed.complete(null);
      throw e;
    }
  }

  /** Disconnects and says why. */
  void fail(String why) {
    if (gone) {
      return;
    }
    if (reports++ < MAX_REPORTS) {
      LOG.warn("{}: {}", path, why);
      if (reports == MAX_REPORTS) {
        LOG.warn("{}: no more is said about it", path);
      }
    }
    device.publishError(why);
    if (next == null) {
      disconnect(() -> enter(XenbusState.CLOSING));
    }
  }

  /** Work that ends the connection, not the thread, when the frontend is found out. */
  Runnable guarded(DeviceTask task) {
    return () -> {
      if (gone) {
        return;
      }
      try {
        task.run();
      } catch (DeviceException e) {
        fail(e.getMessage());
      }
    };
  }

  /**
   * Its directory is gone, or nothing is served any more.
   *
   * @return completes, on the event thread, when the host's side is free
   */
  CompletableFuture<Void> close() {
    if (gone) {
      return closed;
    }
    gone = true;
    if (backend == null) {
      closed.complete(null);
      return closed;
    }
    try {
      disconnect(() -> closeBackend(() -> {}));
    } catch (RuntimeException | Error e) {
      closed.complete(null);
      throw e;
    }
    return closed;
  }
}
