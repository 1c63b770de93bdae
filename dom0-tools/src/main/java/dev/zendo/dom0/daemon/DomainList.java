package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.DomainControl;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Says how domains are. */
final class DomainList {
  private static final int KIB_PER_PAGE = 4;

  private final Machine machine;
  private final DomainTable table;
  private final long started = System.nanoTime();

  DomainList(Machine machine, DomainTable table) {
    this.machine = machine;
    this.table = table;
  }

  /** The named domains, or all, domain 0 first. */
  ArrayNode list(List<String> names) {
    ArrayNode list = Json.array();
    if (names.isEmpty()) {
      list.add(own());
      table.all().forEach(domain -> add(list, domain));
    }
    for (String name : names) {
      if (DomainTable.isOwn(name)) {
        list.add(own());
      } else {
        add(list, table.find(name));
      }
    }
    return list;
  }

  private ObjectNode own() {
    DomainControl.Info info = machine.control().domains().info(0);
    ObjectNode own = describe(ControlDomain.NAME, 0, new UUID(0, 0), info);
    own.put("state", "running").put("uptime_ns", System.nanoTime() - started);
    return own.put("cpu_ns", ownNanos());
  }

  /** Domain 0 is the process itself, as far as that does not run vcpus of others. */
  private long ownNanos() {
    long nanos = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    for (ManagedDomain domain : table.all()) {
      DomainControl.Info info = machine.control().domains().info(domain.id());
      nanos -= info == null ? 0 : info.cpuNanos();
    }
    return Math.max(0, nanos);
  }

  private void add(ArrayNode list, ManagedDomain domain) {
    DomainControl.Info info = machine.control().domains().info(domain.id());
    if (info != null) {
      ObjectNode one = describe(domain.name(), domain.id(), domain.uuid(), info);
      GuestEnd end = domain.end();
      if (end != null) {
        one.put("end", end.text());
      }
      list.add(one.put("uptime_ns", domain.ageNanos()));
    }
  }

  private static ObjectNode describe(String name, int id, UUID uuid, DomainControl.Info info) {
    return Json.object()
        .put("name", name)
        .put("domid", id)
        .put("uuid", uuid.toString())
        .put("memory_kib", info.pages() * KIB_PER_PAGE)
        .put("maxmem_kib", info.maxPages() * KIB_PER_PAGE)
        .put("vcpus", info.onlineVcpus())
        .put("maxvcpus", info.vcpus())
        .put("state", state(info))
        .put("cpu_ns", info.cpuNanos());
  }

  private static String state(DomainControl.Info info) {
    if (info.dying()) {
      return "dying";
    }
    if (info.shutdown()) {
      return GuestEnd.of(info.shutdownReason()) == GuestEnd.CRASH ? "crashed" : "shutdown";
    }
    if (info.paused()) {
      return "paused";
    }
    return info.running() ? "running" : info.blocked() ? "blocked" : "runnable";
  }
}
