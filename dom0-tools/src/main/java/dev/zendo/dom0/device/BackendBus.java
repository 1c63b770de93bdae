package dev.zendo.dom0.device;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds in the store which devices this domain shall serve, and serves them: what {@code xenbus} is
 * to the drivers of a Linux control domain. Everything happens on the event thread.
 */
public final class BackendBus implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BackendBus.class);

  private static final int SELF = 0;

  private final ControlDomain control;
  private final StoreClient store;
  private final Map<DevicePath, DeviceInstance> instances = new HashMap<>();
  private final Map<DevicePath, StoreClient.Subscription> watches = new HashMap<>();
  private boolean closed;

  /** What a device is doing. */
  public record Status(DevicePath path, int state, Map<String, Object> metrics) {
    /** One line for people: type, number, state and what it did. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      text.append(path.type()).append(' ').append(path.devid()).append(": state ").append(state);
      metrics.forEach((name, value) -> text.append(", ").append(name).append(' ').append(value));
      return text.toString();
    }
  }

  /** Serves devices of the drivers' types from now on, also those that are there already. */
  public BackendBus(ControlDomain control, Store store, List<BackendDriver> drivers) {
    this.control = control;
    this.store = store.as(store.connect(SELF), control.events()::post);
    for (BackendDriver driver : drivers) {
      String root = DevicePath.backends(SELF, driver.type());
      this.store.watch(root, path -> changed(driver, root, path));
    }
  }

  private void changed(BackendDriver driver, String root, String path) {
    if (closed) {
      return;
    }
    if (path.length() <= root.length()) {
      scan(driver, root);
      return;
    }
    String[] parts = path.substring(root.length() + 1).split("/", 3);
    if (parts.length == 1) {
      scan(driver, root, parts[0]);
      closeMissing();
    } else {
      look(driver, parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }
  }

  private void scan(BackendDriver driver, String root) {
    for (String domain : store.children(root)) {
      scan(driver, root, domain);
    }
    closeMissing();
  }

  private void scan(BackendDriver driver, String root, String domain) {
    for (String devid : store.children(root + "/" + domain)) {
      look(driver, domain, devid, "");
    }
  }

  private void closeMissing() {
    new ArrayList<>(instances.values()).forEach(this::closeIfMissing);
  }

  private void look(BackendDriver driver, String domain, String devid, String key) {
    DevicePath path;
    try {
      path = new DevicePath(driver.type(), Integer.parseInt(domain), Integer.parseInt(devid), SELF);
    } catch (NumberFormatException e) {
      LOG.warn("backend/{}/{}/{} is no device", driver.type(), domain, devid);
      return;
    }
    if (!driver.serves(path.devid())) {
      return;
    }
    look(driver, path, key);
  }

  private void look(BackendDriver driver, DevicePath path, String key) {
    DeviceInstance instance = instances.get(path);
    if (instance == null) {
      // The frontend's name comes last where somebody writes the keys one by one.
      if (store.exists(path.marker())) {
        open(driver, path);
      }
    } else if (!closeIfMissing(instance) && !key.isEmpty()) {
      onBehalf(path, () -> instance.backendChanged(key));
    }
  }

  private void open(BackendDriver driver, DevicePath path) {
    DeviceInstance instance = new DeviceInstance(control, store, path, driver);
    instances.put(path, instance);
    watches.put(
        path,
        store.watch(
            path.frontend() + "/state", changed -> onBehalf(path, instance::frontendChanged)));
    onBehalf(path, instance::open);
  }

  /** An error of ours in work for a device ends its domain, as it does in event handlers. */
  private void onBehalf(DevicePath path, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      control.events().failed(path.domain(), e);
    }
  }

  private boolean closeIfMissing(DeviceInstance instance) {
    if (instance.isThere()) {
      return false;
    }
    var unused = close(instance.path(), true);
    return true;
  }

  /**
   * Begins to close a device.
   *
   * @param again whether another one may be there at the end
   */
  private CompletableFuture<Void> close(DevicePath path, boolean again) {
    DeviceInstance instance = instances.get(path);
    StoreClient.Subscription watch = watches.remove(path);
    if (watch == null) {
      return instance.close(); // under way
    }
    watch.close();
    return instance
        .close()
        .thenRun(
            () -> {
              instances.remove(path);
              if (again && !closed) {
                look(instance.driver(), path, "");
              }
            });
  }

  /**
   * Closes all devices of a domain, and waits for it; the keys stay in the store. Any thread but
   * the event thread, which serves other devices meanwhile.
   */
  public void release(int domain) {
    close(path -> path.domain() == domain);
  }

  private void close(Predicate<DevicePath> which) {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    control
        .events()
        .await(
            () ->
                List.copyOf(instances.keySet()).stream()
                    .filter(which)
                    .map(path -> close(path, false))
                    .forEach(all::add));
    control.events().await(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
  }

  /** All devices that are served, and what they did. Any thread. */
  public List<Status> devices() {
    List<Status> all = new ArrayList<>();
    control.events().await(() -> instances.values().forEach(one -> all.add(status(one))));
    return all;
  }

  private static Status status(DeviceInstance instance) {
    Backend backend = instance.backend();
    Map<String, Object> metrics = backend == null ? Map.of() : backend.metrics();
    return new Status(instance.path(), instance.state(), metrics);
  }

  /** Disconnects and closes all devices; the keys stay in the store. As {@link #release}. */
  @Override
  public void close() {
    control.events().await(() -> closed = true);
    close(path -> true);
    // Last: a device that was closing already says so at its end.
    store.close();
  }
}
