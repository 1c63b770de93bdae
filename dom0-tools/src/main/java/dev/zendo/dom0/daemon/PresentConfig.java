package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.control.VcpuControl;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.net.vif.VifSpec;
import dev.zendo.xenstore.StoreClient;
import java.util.List;
import java.util.function.Function;

/**
 * What a running domain's configuration would be if it were made as it is now: with the disks and
 * interfaces that were attached later, the discs that are in its drives, its memory, vcpus and
 * share. Thread-safe.
 */
final class PresentConfig {
  private final Machine machine;
  private final StoreClient store;
  private final DomainDevices devices;

  PresentConfig(Machine machine) {
    this.machine = machine;
    this.store = machine.store().client();
    this.devices = new DomainDevices(store);
  }

  /** With the keys of xl.cfg. */
  ObjectNode of(ManagedDomain domain) {
    DomainConfig config = domain.config();
    ObjectNode json = domain.description();
    json.put("memory", (targetKib(domain) + 1023) / 1024);
    json.put("maxmem", config.maxMemoryMiB());
    json.put("vcpus", vcpus(domain));
    json.put("maxvcpus", config.maxVcpus());
    VcpuControl.Share share = machine.control().vcpus().share(domain.id());
    json.put("cpu_weight", share.weight()).put("cap", share.cap());
    json.set("disk", texts(domain, DiskSpec.TYPE, DeviceTexts::disk));
    json.set("vif", texts(domain, VifSpec.TYPE, DeviceTexts::network));
    return json;
  }

  /** The same in libxl's words. */
  ObjectNode libxl(ManagedDomain domain) {
    return LibxlConfig.of(domain, targetKib(domain), devices.all(domain.id(), LibxlDevices.TYPES));
  }

  /** What its balloon is asked to leave it, in KiB. */
  private long targetKib(ManagedDomain domain) {
    String target = find(domain, "memory/target");
    return target.matches("[0-9]{1,15}")
        ? Long.parseLong(target)
        : domain.config().memoryMiB() << 10;
  }

  private int vcpus(ManagedDomain domain) {
    int online = 0;
    for (int vcpu = 0; vcpu < domain.config().maxVcpus(); vcpu++) {
      online += find(domain, "cpu/" + vcpu + "/availability").equals("online") ? 1 : 0;
    }
    return Math.max(1, online);
  }

  private String find(ManagedDomain domain, String key) {
    return store.find("/local/domain/" + domain.id() + "/" + key).orElse("unknown");
  }

  private ArrayNode texts(ManagedDomain domain, String type, Function<DeviceSpec, String> text) {
    ArrayNode list = Json.array();
    for (DeviceSpec device : devices.all(domain.id(), List.of(type))) {
      list.add(text.apply(device));
    }
    return list;
  }
}
