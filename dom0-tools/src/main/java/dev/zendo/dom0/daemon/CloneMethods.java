package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.daemon.Snapshots.Snapshot;
import dev.zendo.dom0.migrate.FrozenDomain;
import dev.zendo.dom0.migrate.Suspension;
import dev.zendo.dom0.migrate.stream.StreamException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Domains that go on from where others were. */
final class CloneMethods {
  private final Machine machine;
  private final DomainTable table;
  private final PresentConfig present;
  private final Snapshots snapshots = new Snapshots();
  private final SecureRandom random = new SecureRandom();

  CloneMethods(Machine machine, DomainTable table) {
    this.machine = machine;
    this.table = table;
    this.present = new PresentConfig(machine);
  }

  void addTo(Map<String, Method> methods) {
    methods.put("snapshot", this::snapshot);
    methods.put("snapshot-list", this::list);
    methods.put("snapshot-remove", this::remove);
    methods.put("clone", this::make);
  }

  private JsonNode snapshot(Call call) throws InterruptedException {
    String name = call.string("name");
    snapshots.requireFree(name);
    Snapshot snapshot = take(call, table.find(call.string("domain")), name);
    try {
      snapshots.add(snapshot);
    } catch (DaemonException e) {
      snapshot.memory().close();
      throw e;
    }
    return snapshot.describe();
  }

  /** Has a domain suspend, keeps what it is, and lets it go on. */
  private Snapshot take(Call call, ManagedDomain domain, String name) throws InterruptedException {
    Duration patience = Duration.ofMillis(call.number("milliseconds", SaveMethods.PATIENCE));
    ObjectNode config = CloneConfig.of(present.of(domain));
    domain.beginSaving();
    try {
      Suspension suspension = Suspension.of(machine.control(), domain.guest(), patience);
      try {
        FrozenDomain memory =
            FrozenDomain.of(machine.control(), machine.copyOnWrite(), domain.id());
        return new Snapshot(name, domain.name(), Instant.now(), config, memory);
      } catch (StreamException e) {
        throw new DaemonException(Kind.REFUSED, domain.name() + " " + e.getMessage());
      } finally {
        domain.goOn(suspension, false);
      }
    } finally {
      domain.endSaving();
    }
  }

  private JsonNode list(Call call) {
    List<String> domains = call.strings("domains");
    ArrayNode list = Json.array();
    for (Snapshot snapshot : snapshots.list()) {
      if (domains.isEmpty() || domains.contains(snapshot.domain())) {
        list.add(snapshot.describe());
      }
    }
    return list;
  }

  private JsonNode remove(Call call) {
    Snapshot snapshot = snapshots.remove(call.string("name"));
    return Json.object().put("name", snapshot.name()).put("domain", snapshot.domain());
  }

  private JsonNode make(Call call) throws InterruptedException {
    String source = call.string("source");
    String name = call.string("name");
    table.requireFreeName(name);
    Snapshot snapshot = snapshots.find(source);
    if (snapshot != null) {
      return make(call, snapshot, name);
    }
    Snapshot passing = take(call, table.find(source), name);
    try {
      return make(call, passing, name);
    } finally {
      passing.memory().close();
    }
  }

  private JsonNode make(Call call, Snapshot snapshot, String name) {
    ManagedDomain domain;
    try {
      domain = table.create(CloneConfig.named(snapshot.config(), name), snapshot.memory());
    } catch (StreamException e) {
      throw new DaemonException(Kind.REFUSED, snapshot.name() + " " + e.getMessage());
    }
    domain.guest().requests().generation(random.nextLong(), random.nextLong());
    if (!call.flag("paused")) {
      domain.pause(false);
    }
    return DomainMethods.identity(domain).put("parent", snapshot.domain());
  }
}
