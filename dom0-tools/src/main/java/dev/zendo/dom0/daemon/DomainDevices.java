package dev.zendo.dom0.daemon;

import dev.zendo.dom0.device.DevicePath;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.xenstore.StoreClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What devices domains have, as the store says. Thread-safe. */
final class DomainDevices {
  private static final String READY = Integer.toString(XenbusState.INITIALISED);
  private static final long PAUSE_MILLIS = 2;

  private final StoreClient store;

  DomainDevices(StoreClient store) {
    this.store = store;
  }

  /** Those of one type, by their numbers; what goes meanwhile is left out. */
  List<DevicePath> of(int domain, String type) {
    String home = "/libxl/" + domain + "/device/" + type;
    return store.children(home).stream()
        .flatMap(devid -> store.find(home + "/" + devid + "/backend").stream())
        .map(DevicePath::ofBackend)
        .sorted(Comparator.comparingInt(DevicePath::devid))
        .toList();
  }

  /** All of some types with what stands in their two directories now. */
  List<DeviceSpec> all(int domain, List<String> types) {
    List<DeviceSpec> all = new ArrayList<>();
    for (String type : types) {
      for (DevicePath path : of(domain, type)) {
        all.add(
            new DeviceSpec(
                type,
                path.devid(),
                path.backendDomain(),
                keys(path.frontend()),
                keys(path.backend())));
      }
    }
    return all;
  }

  /**
   * Waits while a frontend is ready and its back end is not: Linux that came from elsewhere and
   * suspends again before its disks are connected crashes when it goes on.
   *
   * @param millis at most; a guest may say for ever that it is ready
   */
  void awaitConnecting(int domain, long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (isConnecting(domain) && System.nanoTime() - end < 0) {
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private boolean isConnecting(int domain) {
    String home = "/local/domain/" + domain + "/device";
    return store.inTransaction(
        transaction -> {
          for (String type : transaction.children(home)) {
            for (String devid : transaction.children(home + "/" + type)) {
              String state = home + "/" + type + "/" + devid + "/state";
              if (transaction.find(state).filter(READY::equals).isPresent()) {
                return true;
              }
            }
          }
          return false;
        });
  }

  private Map<String, String> keys(String directory) {
    Map<String, String> keys = new TreeMap<>();
    for (String key : store.children(directory)) {
      store.find(directory + "/" + key).ifPresent(value -> keys.put(key, value));
    }
    return keys;
  }
}
