package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.migrate.FrozenDomain;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What domains were when somebody said so, as long as the daemon lives. Thread-safe. */
final class Snapshots implements AutoCloseable {
  private final Map<String, Snapshot> all = new TreeMap<>();

  /**
   * One of them.
   *
   * @param name by which it is found
   * @param domain the name that the domain had
   * @param taken when
   * @param config of its clones
   * @param memory memory and vcpus
   * @param disks what it has of disks
   * @param pause how long the domain stood still for it
   */
  record Snapshot(
      String name,
      String domain,
      Instant taken,
      ObjectNode config,
      FrozenDomain memory,
      SnapshotDisks disks,
      Pause pause)
      implements AutoCloseable {
    /** Lets go of its memory, and of disks that no clone uses. */
    @Override
    public void close() {
      memory.close();
      disks.close();
    }

    ObjectNode describe() {
      ObjectNode json = Json.object().put("name", name).put("domain", domain);
      return pause.describe(json.put("taken", taken.toString()).put("bytes", memory.bytes()));
    }
  }

  /**
   * How long a domain stood still, in nanoseconds.
   *
   * @param suspend what its kernel took to suspend
   * @param downtime from then on until it went on
   */
  record Pause(long suspend, long downtime) {
    ObjectNode describe(ObjectNode json) {
      return json.put("suspend_ns", suspend).put("downtime_ns", downtime);
    }
  }

  /** Refuses a name that is none, or is taken. */
  synchronized void requireFree(String name) {
    String obstacle = DomainConfig.nameObstacle(name);
    if (obstacle != null) {
      throw new DaemonException(Kind.REFUSED, obstacle);
    }
    if (all.containsKey(name)) {
      throw new DaemonException(
          Kind.REFUSED, "a snapshot named " + name + " is there already (zl snapshot-remove)");
    }
  }

  /** Adds one; refuses it when its name was taken meanwhile. */
  synchronized void add(Snapshot snapshot) {
    requireFree(snapshot.name());
    all.put(snapshot.name(), snapshot);
  }

  /** The one of a name, or null. */
  synchronized Snapshot find(String name) {
    return all.get(name);
  }

  synchronized List<Snapshot> list() {
    return new ArrayList<>(all.values());
  }

  /** Forgets one, and lets go of its memory. */
  Snapshot remove(String name) {
    Snapshot snapshot;
    synchronized (this) {
      snapshot = all.remove(name);
    }
    if (snapshot == null) {
      throw new DaemonException(
          Kind.REFUSED, name + ": there is no such snapshot (zl snapshot-list shows all)");
    }
    snapshot.close();
    return snapshot;
  }

  /** Lets go of all. */
  @Override
  public synchronized void close() {
    all.values().forEach(Snapshot::close);
    all.clear();
  }
}
