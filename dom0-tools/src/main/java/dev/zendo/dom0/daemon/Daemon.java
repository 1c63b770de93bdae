package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.log.StderrLog;
import dev.zendo.dom0.migrate.peer.CarrierProcess;
import dev.zendo.dom0.migrate.peer.PeerAddress;
import dev.zendo.dom0.net.Networks;
import dev.zendo.dom0.net.nat.NetworkSpec;
import dev.zendo.xenstore.journal.Journal;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One machine with its domains, asked at a socket. Thread-safe. */
public final class Daemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final StateFolder folder;
  private final FileLock lock;
  private final Machine machine;
  private final EventFeed events = new EventFeed();
  private final DomainTable domains;
  private final DomainList list;
  private final Snapshots snapshots = new Snapshots();
  private final ArrayNode lost = Json.array();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final MessageMethods messages;
  private final DomainMetrics metrics;
  private final MigrateMethods leaving;
  private final IncomingMigrations migrations;
  private final IdleMemory idleMemory;
  private final DaemonServer server;
  private volatile boolean atOnce;
  private MetricsServer metricsServer;
  private CarrierProcess carrier;

  /** A daemon whose networks are bare switches. */
  public Daemon(StateFolder folder, long memoryMiB, int processors, EngineChoice engine) {
    this(folder, memoryMiB, processors, engine, List.of());
  }

  /**
   * Takes a folder over, starts the machine, and listens.
   *
   * @param memoryMiB for all domains together; the host backs it when it is first used
   * @param processors threads that run vcpus
   * @param networks what its networks give domains
   * @throws ToolException when another daemon has the folder, or the machine cannot be had
   */
  public Daemon(
      StateFolder folder,
      long memoryMiB,
      int processors,
      EngineChoice engine,
      List<NetworkSpec> networks) {
    this.folder = folder;
    folder.make();
    lock = folder.lock();
    folder.clearBoot();
    Machine.prepare(engine);
    machine = Machine.start(memoryMiB, processors, engine);
    machine.store().keep(folder.store(), Journal.Mode.WRITE);
    machine.store().listen(folder.storeSocket());
    networks.forEach(machine.networks()::configure);
    domains = new DomainTable(machine, folder, events);
    list = new DomainList(machine, domains);
    messages = new MessageMethods(machine.messages(), domains);
    StderrLog.listen(messages);
    machine.tracer().tellRefusals(machine.messages()::add);
    DomainCounters counters = new DomainCounters(machine, list);
    metrics = new DomainMetrics(counters);
    Map<String, Method> methods = new HashMap<>();
    new HostMethods(this).addTo(methods);
    new DomainMethods(domains).addTo(methods);
    new ResourceMethods(machine, domains).addTo(methods);
    new DeviceMethods(machine, domains).addTo(methods);
    new DescriptionMethods(machine, memoryMiB, domains).addTo(methods);
    domains.dumps().addTo(methods, domains);
    messages.addTo(methods);
    counters.addTo(methods);
    new SaveMethods(machine, domains).addTo(methods);
    new CloneMethods(machine, domains, snapshots).addTo(methods);
    leaving = new MigrateMethods(machine, domains, folder);
    leaving.addTo(methods);
    recover();
    migrations = new IncomingMigrations(machine, domains, folder.migrationSocket());
    idleMemory = new IdleMemory(machine);
    server = new DaemonServer(folder.socket(), Map.copyOf(methods));
  }

  /** Says which domains a killed daemon has lost, and starts again those that shall be. */
  private void recover() {
    Set<Path> images = new HashSet<>();
    for (DomainRecords.Lost each : domains.records().takeAll()) {
      images.addAll(domains.overlays().of(each.config()));
      ObjectNode what = Json.object().put("name", each.config().name()).put("domid", each.domid());
      boolean again = each.config().autostart() || each.config().actions().crash().restarts();
      if (again) {
        try {
          domains.create(each.config()).pause(false);
        } catch (ToolException e) {
          again = false;
          what.put("error", e.getMessage());
        }
      }
      lost.add(what.put("restarted", again));
      LOG.warn("lost with the daemon before this one: {}", what);
    }
    // What was lost may be started again by hand; the next daemon knows nothing of it.
    domains.overlays().removeLost(images::contains);
  }

  /** What clients may ask for, by name. */
  Set<String> methods() {
    return server.methods();
  }

  EventFeed events() {
    return events;
  }

  Machine machine() {
    return machine;
  }

  Networks networks() {
    return machine.networks();
  }

  ManagedDomain domain(String nameOrId) {
    return domains.find(nameOrId);
  }

  DomainList list() {
    return list;
  }

  /** What it is. */
  ObjectNode describe() {
    ObjectNode what =
        Json.object()
            .put("pid", ProcessHandle.current().pid())
            .put("state", folder.path().toString())
            .put("store", folder.storeSocket().toString());
    what.set("lost", lost);
    synchronized (this) {
      if (metricsServer != null) {
        what.put("metrics", metricsServer.address());
      }
      if (carrier != null) {
        what.put("migrations", carrier.address());
      }
    }
    return what;
  }

  /**
   * Gives the counters of domains to whoever asks at an address, in Prometheus' text format; an
   * earlier address is given up.
   *
   * @param address {@code unix:PATH}, or a port of a loopback address such as {@code
   *     127.0.0.1:9177}
   * @throws ToolException when nobody can listen there
   */
  public synchronized void serveMetrics(String address) {
    if (metricsServer != null && metricsServer.address().equals(address)) {
      return;
    }
    MetricsServer next = new MetricsServer(MetricsAddress.parse(address), metrics::text);
    if (metricsServer != null) {
      metricsServer.close();
    }
    metricsServer = next;
  }

  /**
   * Takes domains from the daemons that this one knows; an earlier address is given up.
   *
   * @param address {@code HOST[:PORT]}
   * @throws ToolException when nobody can listen there
   */
  public synchronized void takeDomains(String address) {
    PeerAddress at = PeerAddress.parse(address);
    if (at.host() == null) {
      throw new ToolException(address + ": name a host and a port to listen at");
    }
    if (carrier != null) {
      carrier.close();
      carrier = null;
    }
    carrier = CarrierProcess.listen(folder, at);
  }

  /**
   * Has {@link #await} return.
   *
   * @param now whether domains are not asked to end before they are destroyed
   */
  void stop(boolean now) {
    atOnce = now;
    stopped.countDown();
  }

  /** Serves until somebody wants it to stop. */
  public void await() throws InterruptedException {
    stopped.await();
  }

  /**
   * Asks the kernels of all domains to end, unless whoever stopped it did not want that.
   *
   * @param millis how long they may take
   */
  public void shutDown(long millis) throws InterruptedException {
    domains.shutDown(atOnce ? 0 : millis);
  }

  /** Where it is asked. */
  public List<String> addresses() {
    return List.of(folder.socket().toString(), folder.storeSocket().toString());
  }

  /** Destroys all domains, and gives the folder back. */
  @Override
  public void close() {
    server.close();
    idleMemory.close();
    leaving.cancelAll();
    migrations.close();
    synchronized (this) {
      if (metricsServer != null) {
        metricsServer.close();
      }
      if (carrier != null) {
        carrier.close();
      }
    }
    StderrLog.forget(messages);
    domains.close();
    leaving.await();
    snapshots.close();
    machine.close();
    try {
      lock.acquiredBy().close();
    } catch (IOException e) {
      LOG.debug("unlocking {}", folder.path(), e);
    }
  }
}
