package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.control.DomainControl;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.daemon.Snapshots.Snapshot;
import dev.zendo.dom0.migrate.DomainShell;
import dev.zendo.dom0.migrate.FrozenDomain;
import dev.zendo.dom0.migrate.SuspendRequest;
import dev.zendo.dom0.migrate.Suspension;
import dev.zendo.dom0.migrate.stream.StreamException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** Domains that go on from where others were. */
final class CloneMethods {
  private final Machine machine;
  private final DomainTable table;
  private final PresentConfig present;
  private final Snapshots snapshots;
  private final SecureRandom random = new SecureRandom();

  CloneMethods(Machine machine, DomainTable table, Snapshots snapshots) {
    this.snapshots = snapshots;
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
    Snapshot snapshot = take(call, table.find(call.string("domain")), name, config -> {});
    try {
      snapshots.add(snapshot);
    } catch (DaemonException e) {
      snapshot.close();
      throw e;
    }
    return snapshot.describe();
  }

  /**
   * Has a domain suspend, keeps what it is, and lets it go on.
   *
   * @param meanwhile told the configuration of its clones, works while the domain suspends
   */
  private Snapshot take(
      Call call, ManagedDomain domain, String name, Consumer<ObjectNode> meanwhile)
      throws InterruptedException {
    Duration patience = Duration.ofMillis(call.number("milliseconds", SaveMethods.PATIENCE));
    domain.beginSaving();
    try {
      long asked = System.nanoTime();
      ObjectNode config;
      Suspension suspension;
      try (SuspendRequest request = new SuspendRequest(machine.control(), domain.guest())) {
        config = CloneConfig.of(present.of(domain));
        meanwhile.accept(config);
        suspension = request.await(patience);
      }
      return keep(domain, suspension, name, config, asked);
    } finally {
      domain.endSaving();
    }
  }

  private Snapshot keep(
      ManagedDomain domain, Suspension suspension, String name, ObjectNode config, long asked) {
    SnapshotDisks disks = new SnapshotDisks(table.overlays(), name);
    FrozenDomain memory = null;
    boolean done = false;
    try {
      try {
        disks.copy(domain.guest(), CloneConfig.named(config, domain.name()));
        memory = FrozenDomain.of(machine.control(), machine.copyOnWrite(), domain.id());
      } finally {
        domain.goOn(suspension, false);
      }
      done = true;
      long downtime = System.nanoTime() - suspension.since();
      Snapshots.Pause pause = new Snapshots.Pause(suspension.since() - asked, downtime);
      return new Snapshot(name, domain.name(), Instant.now(), config, memory, disks, pause);
    } catch (StreamException e) {
      throw new DaemonException(Kind.REFUSED, domain.name() + " " + e.getMessage());
    } finally {
      if (!done) {
        if (memory != null) {
          memory.close();
        }
        disks.close();
      }
    }
  }

  private JsonNode list(Call call) {
    List<String> domains = call.strings("domains");
    domains.forEach(this::requireKnown);
    ArrayNode list = Json.array();
    for (Snapshot snapshot : snapshots.list()) {
      if (domains.isEmpty() || domains.contains(snapshot.domain())) {
        list.add(snapshot.describe());
      }
    }
    return list;
  }

  /** Snapshots of a domain may be all that is left of it. */
  private void requireKnown(String domain) {
    if (snapshots.list().stream().noneMatch(each -> each.domain().equals(domain))) {
      table.find(domain);
    }
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
    UUID uuid = UUID.randomUUID();
    if (snapshot != null) {
      DomainConfig own = CloneConfig.named(snapshot.config(), name);
      return make(call, snapshot, own, uuid, snapshot.memory());
    }
    return make(call, table.find(source), name, uuid);
  }

  /** Makes a clone of a domain that runs; what does not depend on its state while it suspends. */
  private ObjectNode make(Call call, ManagedDomain parent, String name, UUID uuid)
      throws InterruptedException {
    try (DomainShell shell = new DomainShell(machine.control());
        Snapshot passing =
            take(
                call,
                parent,
                name,
                config -> {
                  DomainConfig own = CloneConfig.named(config, name);
                  shell.make(SpecReader.withoutKernel(own, name, uuid), pages(parent.id()));
                })) {
      DomainConfig own = CloneConfig.named(passing.config(), name);
      return passing.pause().describe(make(call, passing, own, uuid, shell.of(passing.memory())));
    }
  }

  private int pages(int domain) {
    DomainControl.Info info = machine.control().domains().info(domain);
    return info == null ? 0 : (int) info.pages();
  }

  private ObjectNode make(
      Call call, Snapshot snapshot, DomainConfig config, UUID uuid, DomainSource source) {
    DomainConfig whole = CloneConfig.withDisks(config, snapshot.disks().of(config));
    ManagedDomain domain = null;
    try {
      domain = table.create(whole, uuid, source);
    } catch (StreamException e) {
      throw new DaemonException(Kind.REFUSED, snapshot.name() + " " + e.getMessage());
    } finally {
      if (domain == null) {
        table.overlays().release(table.overlays().of(whole), image -> false);
      }
    }
    domain.guest().requests().generation(random.nextLong(), random.nextLong());
    if (!call.flag("paused")) {
      domain.pause(false);
    }
    return DomainMethods.identity(domain).put("parent", snapshot.domain());
  }
}
