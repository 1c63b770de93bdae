package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.daemon.Snapshots.Snapshot;
import dev.zendo.dom0.migrate.FrozenDomain;
import dev.zendo.dom0.migrate.Suspension;
import dev.zendo.dom0.migrate.stream.StreamException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Domains that go on from where others were. */
final class CloneMethods {
  private static final Logger LOG = LoggerFactory.getLogger(CloneMethods.class);

  private final Machine machine;
  private final DomainTable table;
  private final PresentConfig present;
  private final Path folder;
  private final Snapshots snapshots;
  private final SecureRandom random = new SecureRandom();

  CloneMethods(Machine machine, DomainTable table, Snapshots snapshots, Path folder) {
    this.snapshots = snapshots;
    this.machine = machine;
    this.folder = folder;
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
      snapshot.close();
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
      long asked = System.nanoTime();
      Suspension suspension = Suspension.of(machine.control(), domain.guest(), patience);
      long suspended = System.nanoTime();
      SnapshotDisks disks = new SnapshotDisks(folder, name);
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
        long downtime = System.nanoTime() - suspended;
        Snapshots.Pause pause = new Snapshots.Pause(suspended - asked, downtime);
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
    } finally {
      domain.endSaving();
    }
  }

  /** When a clone is gone, so is what it wrote, unless somebody goes on with it. */
  private void removeDisksWith(ManagedDomain clone, SnapshotDisks disks, List<String> texts) {
    clone
        .gone()
        .thenRun(
            () -> {
              if (!clone.keepsDisks() && !isUsed(disks, texts)) {
                disks.remove(texts);
              }
            })
        .exceptionally(
            error -> {
              LOG.warn("disks of {} could not be removed", clone.name(), error);
              return null;
            });
  }

  /** Whether a domain has the images, as one does that took the place of another. */
  private boolean isUsed(SnapshotDisks disks, List<String> texts) {
    for (ManagedDomain domain : table.all()) {
      for (String text : domain.config().devices().get("disk")) {
        if (disks.isOverlay(text) && texts.contains(text)) {
          return true;
        }
      }
    }
    return false;
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
    try (Snapshot passing = take(call, table.find(source), name)) {
      return passing.pause().describe(make(call, passing, name));
    }
  }

  private ObjectNode make(Call call, Snapshot snapshot, String name) {
    DomainConfig config = CloneConfig.named(snapshot.config(), name);
    List<String> disks = snapshot.disks().of(config);
    ManagedDomain domain = null;
    try {
      domain = table.create(CloneConfig.withDisks(config, disks), snapshot.memory());
    } catch (StreamException e) {
      throw new DaemonException(Kind.REFUSED, snapshot.name() + " " + e.getMessage());
    } finally {
      if (domain == null) {
        snapshot.disks().remove(disks);
      }
    }
    removeDisksWith(domain, snapshot.disks(), disks);
    domain.guest().requests().generation(random.nextLong(), random.nextLong());
    if (!call.flag("paused")) {
      domain.pause(false);
    }
    return DomainMethods.identity(domain).put("parent", snapshot.domain());
  }
}
