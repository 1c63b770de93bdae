package dev.zendo.dom0.xenstore;

import dev.zendo.dom0.builder.BuiltDomain;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.device.DeviceKeys;
import dev.zendo.dom0.device.DevicePath;
import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.StoreAccess;

/** What xl 4.17 writes into the store for a PV domain without devices. */
final class DomainKeys {
  private static final String CONSOLE_LIMIT = "1048576";

  private final StoreAccess store;
  private final DomainSpec spec;
  private final BuiltDomain domain;
  private final String home;
  private final String vm;

  /** Keys of a domain. */
  DomainKeys(StoreAccess store, DomainSpec spec, BuiltDomain domain) {
    this.store = store;
    this.spec = spec;
    this.domain = domain;
    this.home = "/local/domain/" + domain.id();
    this.vm = "/vm/" + spec.uuid();
  }

  /** Writes all keys. */
  void write() {
    Permissions readable = Permissions.parse("n0", "r" + domain.id());
    Permissions owned = Permissions.parse("n" + domain.id());
    put(home, "", readable);
    put(vm, "", readable);
    writeVm(readable);
    writeHome(readable, owned);
    writeConsole(readable);
    writeToolstack();
  }

  private void put(String path, Object value, Permissions permissions) {
    store.write(path, value.toString(), permissions);
  }

  /** Seconds with two decimals; a formatter would first load what the host's locale looks like. */
  static String seconds(long millis) {
    String hundredths = Long.toString(100 + millis % 1000 / 10);
    return millis / 1000 + "." + hundredths.substring(1);
  }

  private void writeVm(Permissions readable) {
    put(vm + "/uuid", spec.uuid(), readable);
    put(vm + "/name", spec.name(), readable);
    put(vm + "/start_time", seconds(System.currentTimeMillis()), readable);
    put(vm + "/image", "", readable);
    put(vm + "/image/ostype", "linux", readable);
    if (spec.kernel() != null) {
      put(vm + "/image/kernel", spec.kernel().name(), readable);
    }
    if (!spec.commandLine().isEmpty()) {
      put(vm + "/image/cmdline", spec.commandLine(), readable);
    }
    if (spec.ramdisk() != null) {
      put(vm + "/image/ramdisk", spec.ramdisk(), readable);
    }
  }

  private void writeHome(Permissions readable, Permissions owned) {
    put(home + "/vm", vm, readable);
    put(home + "/name", spec.name(), readable);
    put(home + "/domid", domain.id(), readable);
    put(home + "/cpu", "", readable);
    for (int i = 0; i < spec.vcpus(); i++) {
      put(home + "/cpu/" + i, "", readable);
      put(
          home + "/cpu/" + i + "/availability",
          i < spec.onlineVcpus() ? "online" : "offline",
          readable);
    }
    put(home + "/memory", "", readable);
    put(home + "/memory/static-max", spec.maxMemoryMiB() << 10, readable);
    put(home + "/memory/target", spec.memoryMiB() << 10, readable);
    put(home + "/memory/videoram", 0, readable);
    put(home + "/device", "", readable);
    put(home + "/device/suspend", "", readable);
    put(home + "/device/suspend/event-channel", "", owned);
    put(home + "/control", "", readable);
    for (String key :
        new String[] {
          "shutdown", "feature-poweroff", "feature-reboot", "feature-suspend", "sysrq"
        }) {
      put(home + "/control/" + key, "", owned);
    }
    put(home + "/control/platform-feature-multiprocessor-suspend", 1, readable);
    put(home + "/control/platform-feature-xs_reset_watches", 1, readable);
    for (String key : new String[] {"data", "drivers", "feature", "attr", "error"}) {
      put(home + "/" + key, "", owned);
    }
    put(home + "/store", "", readable);
    put(home + "/store/port", domain.storePort(), readable);
    put(home + "/store/ring-ref", domain.storeFrame(), readable);
  }

  private String backend() {
    return "/local/domain/0/backend/console/" + domain.id() + "/0";
  }

  private void writeConsole(Permissions readable) {
    String console = home + "/console";
    put(console, "", readable);
    put(console + "/backend", backend(), readable);
    put(console + "/backend-id", 0, Permissions.parse("n" + domain.id(), "r0"));
    put(console + "/limit", CONSOLE_LIMIT, readable);
    put(console + "/type", "xenconsoled", readable);
    put(console + "/output", "pty", readable);
    put(console + "/tty", "", readable);
    put(console + "/port", domain.consolePort(), readable);
    put(console + "/ring-ref", domain.consoleFrame(), readable);
    put(backend(), "", readable);
    put(backend() + "/frontend", console, readable);
    put(backend() + "/frontend-id", domain.id(), readable);
    put(backend() + "/online", 1, readable);
    put(backend() + "/state", 1, readable);
    put(backend() + "/protocol", "vt100", readable);
  }

  private void writeToolstack() {
    Permissions tools = Permissions.parse("n0");
    String libxl = "/libxl/" + domain.id();
    put(libxl, "", tools);
    put(libxl + "/type", "pv", tools);
    put(libxl + "/dm-version", "qemu_xen", tools);
    put(libxl + "/device", "", tools);
    String console = libxl + "/device/console/0";
    put(console + "/backend", backend(), tools);
    put(console + "/frontend", home + "/console", tools);
    put(console + "/frontend-id", domain.id(), tools);
    put(console + "/online", 1, tools);
    put(console + "/state", 1, tools);
    put(console + "/protocol", "vt100", tools);
  }

  /** Gives a domain another name, which the guest may read; nothing when it is gone. */
  static void rename(StoreAccess store, int domain, String name) {
    String home = "/local/domain/" + domain;
    store
        .find(home + "/vm")
        .ifPresent(
            vm -> {
              store.write(home + "/name", name);
              store.write(vm + "/name", name);
            });
  }

  /** Removes what {@link #write} wrote, and what the guest wrote below it. */
  static void remove(StoreAccess store, int domain) {
    String home = "/local/domain/" + domain;
    store.find(home + "/vm").ifPresent(vm -> removeIfThere(store, vm));
    removeDevices(store, domain);
    removeIfThere(store, home);
    removeIfThere(store, "/libxl/" + domain);
    removeIfThere(store, "/local/domain/0/backend/console/" + domain);
  }

  /** Back ends may be in any domain; the toolstack's keys say where. */
  private static void removeDevices(StoreAccess store, int domain) {
    String devices = "/libxl/" + domain + "/device";
    for (String type : store.children(devices)) {
      for (String devid : store.children(devices + "/" + type)) {
        store
            .find(devices + "/" + type + "/" + devid + "/backend")
            .map(DevicePath::ofBackend)
            .ifPresent(path -> new DeviceKeys(store, path).remove());
      }
    }
  }

  private static void removeIfThere(StoreAccess store, String path) {
    if (store.exists(path)) {
      store.rm(path);
    }
  }
}
