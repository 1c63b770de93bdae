package dev.zendo.dom0.device;

import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.StoreAccess;
import java.util.Map;
import java.util.TreeMap;

/** Writes and removes what xl 4.17 keeps in the store for a device. */
public final class DeviceKeys {
  /** Parts of {@code /local/domain/N/device}, with the empty one before the first slash. */
  private static final int KEPT_DEPTH = 5;

  private final StoreAccess store;
  private final DevicePath path;

  /** Keys of a device, in a store or one of its transactions. */
  public DeviceKeys(StoreAccess store, DevicePath path) {
    this.store = store;
    this.path = path;
  }

  /** Writes them. In one transaction: both ends look at all when they see the first. */
  public void write(DeviceSpec spec) {
    Map<String, String> back = new TreeMap<>(spec.back());
    back.put("frontend", path.frontend());
    back.put("frontend-id", Integer.toString(path.domain()));
    back.put("online", "1");
    back.put("state", Integer.toString(XenbusState.INITIALISING));
    Map<String, String> front = new TreeMap<>(spec.front());
    front.put("backend", path.backend());
    front.put("backend-id", Integer.toString(path.backendDomain()));
    front.put("state", Integer.toString(XenbusState.INITIALISING));
    Map<String, String> own = new TreeMap<>(back);
    own.put("backend", path.backend());
    put(path.toolstack(), Permissions.parse("n0"), own);
    put(path.frontend(), shared(path.domain(), path.backendDomain()), front);
    put(path.backend(), shared(path.backendDomain(), path.domain()), back);
  }

  private static Permissions shared(int owner, int reader) {
    return Permissions.parse("n" + owner, "r" + reader);
  }

  private void put(String directory, Permissions permissions, Map<String, String> keys) {
    store.write(directory, "", permissions);
    keys.forEach((key, value) -> store.write(directory + "/" + key, value, permissions));
  }

  /** Removes them, with all that the two ends wrote, and directories that are empty then. */
  public void remove() {
    remove(path.frontend());
    remove(path.backend());
    remove(path.toolstack());
    remove(parent(path.error()));
  }

  private void remove(String directory) {
    if (!store.exists(directory)) {
      return;
    }
    store.rm(directory);
    // The domain's own directories stay (libxl__xs_path_cleanup goes on as long as there is
    // nothing).
    String above = parent(directory);
    while (above.split("/").length > KEPT_DEPTH
        && store.read(above).isEmpty()
        && store.list(above).isEmpty()) {
      store.rm(above);
      above = parent(above);
    }
  }

  private static String parent(String directory) {
    return directory.substring(0, directory.lastIndexOf('/'));
  }
}
