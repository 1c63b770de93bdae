package dev.zendo.dom0.ninep;

import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.io.XenbusState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/** One shared folder of one guest. On the event thread. */
final class NinePBackend implements Backend {
  /** Rings have up to 2^9 pages: 1 MiB for each direction. */
  static final int MAX_ORDER = 9;

  private static final int MAX_RINGS = 8;

  private final BackendDevice device;
  private final String path;
  private final boolean readOnly;
  private final Limits limits;
  private final Executor worker;
  private final Runnable stop;
  private Connection connection;

  /**
   * Serves a directory that can be opened.
   *
   * @param worker where requests are answered, one after the other
   * @param stop ends the worker
   */
  NinePBackend(BackendDevice device, Executor worker, Runnable stop) throws DeviceException {
    this.device = device;
    this.path = device.requireBack("path");
    this.readOnly = !device.back("mode").orElse("w").equals("w");
    this.limits = new Limits(limit("size"), limit("files"));
    this.worker = worker;
    this.stop = stop;
    open().close();
  }

  private long limit(String key) throws DeviceException {
    String value = device.back(key).orElse(Long.toString(Long.MAX_VALUE));
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new DeviceException(key + "=" + value + ": use a number");
    }
  }

  /** Opens the directory. */
  private SharedTree open() throws DeviceException {
    try {
      return new SharedTree(path, readOnly, limits);
    } catch (HostError e) {
      throw new DeviceException(
          "cannot share " + path + " (" + e.getMessage() + "); give a directory that can be read");
    }
  }

  @Override
  public void publish() {
    device.publish("versions", "1");
    device.publish("max-rings", MAX_RINGS);
    device.publish("max-ring-page-order", MAX_ORDER);
  }

  @Override
  public boolean connectsAt(int state) {
    return state == XenbusState.INITIALISED || state == XenbusState.CONNECTED;
  }

  @Override
  public void connect() throws DeviceException {
    if (device.frontInt("version") != 1) {
      throw new DeviceException("the frontend speaks another version than 1");
    }
    int rings = device.frontInt("num-rings");
    if (rings < 1 || rings > MAX_RINGS) {
      throw new DeviceException(
          "the frontend has " + Integer.toUnsignedString(rings) + " rings, not 1 to " + MAX_RINGS);
    }
    connection = new Connection(device, open(), worker);
    connection.open(rings);
  }

  @Override
  public void disconnect() {
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }

  @Override
  public void close() {
    stop.run();
  }

  @Override
  public Map<String, Object> metrics() {
    Map<String, Object> metrics = new LinkedHashMap<>();
    metrics.put("path", path);
    metrics.put("rings", connection == null ? 0 : connection.rings());
    metrics.put("requests", connection == null ? 0 : connection.requests());
    return metrics;
  }
}
