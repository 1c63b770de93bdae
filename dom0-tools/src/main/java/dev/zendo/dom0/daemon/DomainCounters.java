package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.device.BackendBus;
import dev.zendo.dom0.net.vif.VifSpec;
import dev.zendo.xenstore.StoreClient;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What domains have used so far of processors, memory, disks and networks. Thread-safe. */
final class DomainCounters {
  private static final int KIB_PER_PAGE = 4;

  private final Machine machine;
  private final DomainList list;
  private final StoreClient store;

  DomainCounters(Machine machine, DomainList list) {
    this.machine = machine;
    this.list = list;
    this.store = machine.store().client();
  }

  void addTo(Map<String, Method> methods) {
    methods.put("stats", call -> read(call.strings("domains")));
  }

  /** The counters of named domains, or of all; with what the machine has. */
  ObjectNode read(List<String> names) {
    ObjectNode answer =
        Json.object()
            .put("time_ns", System.nanoTime())
            .put("processors", machine.processors())
            .put("memory_kib", machine.totalFrames() * KIB_PER_PAGE)
            .put("free_kib", machine.freeFrames() * KIB_PER_PAGE);
    ArrayNode domains = list.list(names);
    List<BackendBus.Status> devices = machine.devices().devices();
    for (JsonNode domain : domains) {
      ObjectNode one = (ObjectNode) domain;
      one.set("vcpu_ns", times(one.path("domid").asInt(), one.path("maxvcpus").asInt()));
      one.set("disks", devices(devices, one, DiskSpec.TYPE, List.of("dev", "params")));
      one.set("networks", devices(devices, one, VifSpec.TYPE, List.of("mac", "bridge")));
    }
    answer.set("domains", domains);
    return answer;
  }

  private ArrayNode times(int domain, int vcpus) {
    ArrayNode times = Json.array();
    try {
      for (int vcpu = 0; domain != 0 && vcpu < vcpus; vcpu++) {
        times.add(machine.control().vcpus().info(domain, vcpu).cpuNanos());
      }
    } catch (HypercallFailure e) {
      // Gone since it was listed.
      times.removeAll();
    }
    return times;
  }

  private ArrayNode devices(
      List<BackendBus.Status> all, ObjectNode domain, String type, List<String> keys) {
    ArrayNode found = Json.array();
    int id = domain.path("domid").asInt();
    all.stream()
        .filter(one -> one.path().domain() == id && one.path().type().equals(type))
        .sorted(Comparator.comparingInt(one -> one.path().devid()))
        .forEach(one -> found.add(device(one, keys)));
    return found;
  }

  private ObjectNode device(BackendBus.Status status, List<String> keys) {
    ObjectNode device =
        Json.object().put("devid", status.path().devid()).put("state", status.state());
    for (String key : keys) {
      store.find(status.path().backend() + "/" + key).ifPresent(value -> device.put(key, value));
    }
    status
        .metrics()
        .forEach(
            (name, value) -> {
              if (value instanceof Number number) {
                device.put(name.replace('-', '_'), number.longValue());
              }
            });
    return device;
  }
}
