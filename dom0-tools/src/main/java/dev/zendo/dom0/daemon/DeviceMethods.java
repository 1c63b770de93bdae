package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.device.DevicePath;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.net.vif.VifSpec;
import dev.zendo.xenstore.StoreClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Disks and network cards of domains. */
final class DeviceMethods {
  private final DomainTable table;
  private final StoreClient store;
  private final DomainDevices devices;

  DeviceMethods(Machine machine, DomainTable table) {
    this.table = table;
    this.store = machine.store().client();
    this.devices = new DomainDevices(store);
  }

  void addTo(Map<String, Method> methods) {
    methods.put("block-list", call -> list(call, DiskSpec.TYPE));
    methods.put("block-attach", this::attachDisk);
    methods.put("block-detach", this::detachDisk);
    methods.put("block-resize", this::resizeDisk);
    methods.put("cd-insert", this::insertDisc);
    methods.put("cd-eject", this::ejectDisc);
    methods.put("network-list", call -> list(call, VifSpec.TYPE));
    methods.put("network-attach", this::attachNetwork);
    methods.put("network-detach", this::detachNetwork);
  }

  /** What is saved or moved has the devices that it had at the beginning of that. */
  private ManagedDomain alive(Call call) {
    ManagedDomain domain = table.alive(call.string("domain"));
    domain.requireNotSaving();
    return domain;
  }

  private JsonNode list(Call call, String type) {
    ArrayNode list = Json.array();
    for (DevicePath path : devices.of(table.find(call.string("domain")).id(), type)) {
      ObjectNode device =
          Json.object()
              .put("devid", path.devid())
              .put("backend_domid", path.backendDomain())
              .put("frontend_domid", path.domain())
              .put("state", number(path.frontend() + "/state"))
              .put("event_channel", number(path.frontend() + "/event-channel"))
              .put("ring_ref", number(path.frontend() + "/ring-ref"))
              .put("tx_ring_ref", number(path.frontend() + "/tx-ring-ref"))
              .put("rx_ring_ref", number(path.frontend() + "/rx-ring-ref"))
              .put("path", path.backend());
      for (String key : List.of("mac", "bridge", "dev", "params", "mode")) {
        store.find(path.backend() + "/" + key).ifPresent(value -> device.put(key, value));
      }
      list.add(device);
    }
    return list;
  }

  /** What a frontend has written; -1 while it has written no number. */
  private long number(String key) {
    String text = store.find(key).orElse("");
    return text.matches("[0-9]{1,10}") ? Long.parseLong(text) : -1;
  }

  private JsonNode attachDisk(Call call) {
    ManagedDomain domain = alive(call);
    domain.guest().disks().attach(String.join(",", call.strings("spec")), folder(call));
    return Json.object();
  }

  private static Path folder(Call call) {
    return Path.of(call.string("folder", ""));
  }

  private JsonNode resizeDisk(Call call) {
    alive(call).guest().disks().resize(call.string("device"), call.number("bytes"));
    return Json.object();
  }

  private JsonNode insertDisc(Call call) {
    alive(call)
        .guest()
        .disks()
        .insert(
            call.string("device"),
            call.string("target"),
            call.string("format", "raw"),
            folder(call));
    return Json.object();
  }

  private JsonNode ejectDisc(Call call) {
    alive(call).guest().disks().eject(call.string("device"));
    return Json.object();
  }

  private JsonNode attachNetwork(Call call) {
    ManagedDomain domain = alive(call);
    VifSpec vif = VifSpec.parse(String.join(",", call.strings("spec")));
    List<DevicePath> present = devices.of(domain.id(), VifSpec.TYPE);
    int next = present.isEmpty() ? 0 : present.get(present.size() - 1).devid() + 1;
    DeviceSpec spec = vif.device(domain.uuid(), vif.devid().orElse(next));
    domain.guest().attach(spec);
    return Json.object().put("devid", spec.devid());
  }

  private JsonNode detachDisk(Call call) {
    ManagedDomain domain = alive(call);
    return gone(domain, domain.guest().disks().detach(call.string("device"), call.flag("force")));
  }

  private static JsonNode gone(ManagedDomain domain, boolean gone) {
    if (!gone) {
      throw new DaemonException(
          Kind.REFUSED, domain.name() + " does not give it back; use --force to take it");
    }
    return Json.object();
  }

  private JsonNode detachNetwork(Call call) {
    ManagedDomain domain = alive(call);
    String device = call.string("device");
    Predicate<DevicePath> wanted =
        device.matches("[0-9]{1,9}")
            ? path -> path.devid() == Integer.parseInt(device)
            : path -> store.find(path.backend() + "/mac").orElse("").equalsIgnoreCase(device);
    DevicePath path =
        devices.of(domain.id(), VifSpec.TYPE).stream()
            .filter(wanted)
            .findFirst()
            .orElseThrow(
                () ->
                    new DaemonException(
                        Kind.REFUSED,
                        domain.name()
                            + " has no network card "
                            + device
                            + " (zl network-list shows all)"));
    return gone(domain, domain.guest().detach(path, call.flag("force")));
  }
}
