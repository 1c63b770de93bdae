package dev.zendo.dom0.ninep;

import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.io.XenbusState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;

/** One shared folder of one guest. On the event thread. */
final class NinePBackend implements Backend {
  /** Rings have up to 2^9 pages: 1 MiB for each direction. */
  static final int MAX_ORDER = 9;

  private static final int MAX_RINGS = 8;

  private final BackendDevice device;
  private final String path;
  private final boolean readOnly;
  private final ExecutorService worker;
  private Connection connection;

  /** Serves a directory that can be opened, on the worker, which it takes over. */
  NinePBackend(BackendDevice device, String path, boolean readOnly, ExecutorService worker) {
    this.device = device;
    this.path = path;
    this.readOnly = readOnly;
    this.worker = worker;
  }

  /** Opens the directory. */
  static SharedTree open(String path, boolean readOnly) throws DeviceException {
    try {
      return new SharedTree(path, readOnly);
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
    connection = new Connection(device, open(path, readOnly), worker);
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
    worker.shutdown();
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
