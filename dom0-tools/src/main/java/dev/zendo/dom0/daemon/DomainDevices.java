package dev.zendo.dom0.daemon;

import dev.zendo.dom0.device.DevicePath;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.xenstore.StoreClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What devices domains have, as the store says. Thread-safe. */
final class DomainDevices {
  private final StoreClient store;

  DomainDevices(StoreClient store) {
    this.store = store;
  }

  /** Those of one type, by their numbers. */
  List<DevicePath> of(int domain, String type) {
    String home = "/libxl/" + domain + "/device/" + type;
    return store.exists(home)
        ? store.list(home).stream()
            .map(devid -> store.read(home + "/" + devid + "/backend"))
            .map(DevicePath::ofBackend)
            .sorted(Comparator.comparingInt(DevicePath::devid))
            .toList()
        : List.of();
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

  /** What went meanwhile is left out. */
  private Map<String, String> keys(String directory) {
    Map<String, String> keys = new TreeMap<>();
    if (store.exists(directory)) {
      for (String key : store.list(directory)) {
        store.find(directory + "/" + key).ifPresent(value -> keys.put(key, value));
      }
    }
    return keys;
  }
}
