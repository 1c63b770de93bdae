package dev.zendo.dom0.device;

import java.util.Map;
import java.util.function.Consumer;

/** One device, served. All methods are called on the event thread. */
public interface Backend {
  /**
   * Opens the host's side: begins it and returns. Until that is done, this back end is asked for
   * nothing but its metrics and, when the device goes, to disconnect and to close.
   *
   * @param opened runs on the event thread when it is open, at once if it can be
   * @param refused runs there instead when the host cannot give what the keys ask for, and says
   *     why; {@link #close} follows
   */
  default void open(Runnable opened, Consumer<String> refused) {
    opened.run();
  }

  /** Writes the keys that the frontend reads first; the state becomes InitWait afterwards. */
  void publish() throws DeviceException;

  /**
   * Whether the frontend is ready to be connected.
   *
   * @param state its state, from {@link dev.zendo.hypercalls.io.XenbusState}
   */
  boolean connectsAt(int state);

  /**
   * Reads what the frontend wrote, maps its rings and binds its event channels. Keys that the
   * frontend reads when it is connected are written here; the state becomes Connected afterwards.
   *
   * @throws DeviceException when the frontend asks for what cannot be; what was mapped until then
   *     is dropped by {@link #disconnect}
   */
  void connect() throws DeviceException;

  /**
   * Drops mappings and event channels; nothing of the guest is touched afterwards. Does nothing
   * when there is no connection. It may be connected again.
   */
  default void disconnect() {}

  /**
   * The same for a device that has to wait for something: begins it and returns.
   *
   * @param done runs on the event thread when nothing of the guest is touched any more, at once if
   *     it can be
   */
  default void disconnect(Runnable done) {
    disconnect();
    done.run();
  }

  /** Gives the host's side back, after {@link #disconnect}. */
  default void close() {}

  /** The same for a device that has to wait; as {@link #disconnect(Runnable)}. */
  default void close(Runnable done) {
    close();
    done.run();
  }

  /**
   * A key of the device was written, by the toolstack or by this back end.
   *
   * @param key relative to the device's directory
   */
  default void changed(String key) throws DeviceException {}

  /** What it did so far, by name, in the order in which people want to see it. */
  default Map<String, Object> metrics() {
    return Map.of();
  }
}
