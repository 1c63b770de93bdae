package dev.zendo.dom0.device;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.xenstore.StoreClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device and the state of its connection (io/xenbus.h). Whatever the frontend writes as its
 * state, and in whatever order, leaves this end in one of four states: it waits (InitWait), is
 * connected, waits for the frontend to close (Closing), or is closed. On the event thread.
 */
final class DeviceInstance {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceInstance.class);

  /** Failures of one device that are reported: a frontend can cause any number. */
  private static final int MAX_REPORTS = 10;

  private final DevicePath path;
  private final BackendDevice device;
  private Backend backend;
  private int state = XenbusState.INITIALISING;
  private int reports;
  private boolean gone;

  DeviceInstance(ControlDomain control, StoreClient store, DevicePath path) {
    this.path = path;
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

  /** Opens the host's side and offers it to the frontend. */
  void open(BackendDriver driver) {
    try {
      backend = driver.open(device);
      device.publish("hotplug-status", "connected");
      offer();
    } catch (DeviceException e) {
      LOG.warn("{} cannot be opened: {}", path, e.getMessage());
      refuse(e.getMessage());
    } catch (RuntimeException | Error e) {
      refuse("internal error: " + e);
      throw e;
    }
  }

  private void refuse(String why) {
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

  /** The frontend's state was written, or its directory is gone. */
  void frontendChanged() {
    if (backend == null || gone) {
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
          backend.disconnect();
          offer();
        }
        break;
      case XenbusState.CLOSING:
        if (state != XenbusState.CLOSED && state != XenbusState.CLOSING) {
          backend.disconnect();
          enter(XenbusState.CLOSING);
        }
        break;
      case XenbusState.UNKNOWN:
      case XenbusState.CLOSED:
        if (state != XenbusState.CLOSED) {
          backend.disconnect();
          enter(XenbusState.CLOSED);
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
    if (backend == null || gone) {
      return;
    }
    try {
      if (key.equals("state")) {
        toolstackState(device.back("state").map(DeviceInstance::parse).orElse(state));
      } else {
        backend.changed(key);
      }
    } catch (DeviceException e) {
      fail(e.getMessage());
    }
  }

  /** The toolstack asks for the device back by writing Closing over our state. */
  private void toolstackState(int written) {
    if (written != XenbusState.CLOSING || state == XenbusState.CLOSING) {
      return;
    }
    if (state == XenbusState.CONNECTED) {
      // The frontend closes first; it may still have to finish what it began.
      state = XenbusState.CLOSING;
      frontendChanged();
    } else {
      backend.disconnect();
      enter(XenbusState.CLOSED);
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
    backend.disconnect();
    device.publishError(why);
    enter(XenbusState.CLOSING);
    frontendChanged();
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

  /** Its directory is gone, or nothing is served any more. */
  void close() {
    if (gone) {
      return;
    }
    gone = true;
    if (backend != null) {
      backend.disconnect();
      backend.close();
    }
  }
}
