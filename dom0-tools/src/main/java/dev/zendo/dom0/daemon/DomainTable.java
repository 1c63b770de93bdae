package dev.zendo.dom0.daemon;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ShutdownRequest;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.EndAction;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.report.CrashReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The domains of a daemon, besides domain 0. Thread-safe. */
final class DomainTable implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DomainTable.class);

  /** Linux takes a request within milliseconds once it runs; others never do. */
  private static final long ANSWER_MILLIS = 2000;

  private static final long PAUSE_MILLIS = 10;

  /** A domain that ends at once is started again so much later: it may do so for ever. */
  private static final long SHORTEST_LIFE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Machine machine;
  private final StateFolder folder;
  private final DomainRecords records;
  private final EventFeed events;
  private final DomainDumps dumps;
  private final Overlays overlays;

  /** What domains have of those. */
  private final Map<UUID, List<Path>> images = new ConcurrentHashMap<>();

  private final Map<UUID, ManagedDomain> domains = new ConcurrentHashMap<>();

  /** Names of domains that are being built, under the lock of this object. */
  private final Map<UUID, String> arriving = new HashMap<>();

  private volatile boolean closing;

  /** What becomes of domains that have ended is done here, one after the other. */
  private final ScheduledThreadPoolExecutor undertaker =
      new ScheduledThreadPoolExecutor(1, DaemonThreads.named("undertaker"));

  DomainTable(Machine machine, StateFolder folder, EventFeed events) {
    this.machine = machine;
    this.folder = folder;
    this.records = new DomainRecords(folder.domains());
    this.events = events;
    this.dumps = new DomainDumps(machine, folder.dumps());
    this.overlays = new Overlays(folder.snapshots());
    undertaker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  DomainDumps dumps() {
    return dumps;
  }

  Overlays overlays() {
    return overlays;
  }

  DomainRecords records() {
    return records;
  }

  /** All domains by their numbers. */
  List<ManagedDomain> all() {
    List<ManagedDomain> all = new ArrayList<>(domains.values());
    all.sort(Comparator.comparingInt(ManagedDomain::id));
    return all;
  }

  /**
   * The domain of a name or number.
   *
   * @throws DaemonException when there is none
   */
  ManagedDomain find(String nameOrId) {
    for (ManagedDomain domain : domains.values()) {
      if (domain.name().equals(nameOrId) || Integer.toString(domain.id()).equals(nameOrId)) {
        return domain;
      }
    }
    if (isOwn(nameOrId)) {
      throw new DaemonException(
          Kind.WRONG_STATE, "Domain-0 is the daemon itself; zl daemon --stop ends it");
    }
    throw DaemonException.noDomain(nameOrId);
  }

  /** Whether a name or number is that of domain 0, the daemon itself. */
  static boolean isOwn(String nameOrId) {
    return nameOrId.equals("0") || nameOrId.equals(ControlDomain.NAME);
  }

  /**
   * The domain of a name or number, which has not ended.
   *
   * @throws DaemonException when there is none, or it has
   */
  ManagedDomain alive(String nameOrId) {
    ManagedDomain domain = find(nameOrId);
    domain.requireAlive();
    return domain;
  }

  /**
   * The domain of an identity, which reboots do not change.
   *
   * @throws DaemonException when there is none
   */
  ManagedDomain find(UUID uuid) {
    ManagedDomain domain = domains.get(uuid);
    if (domain == null) {
      throw DaemonException.noDomain(uuid.toString());
    }
    return domain;
  }

  /** Builds a domain, and leaves it paused; one after the other. */
  synchronized ManagedDomain create(DomainConfig config) {
    return create(config, DomainSource.KERNEL);
  }

  /**
   * Builds a domain from somewhere else, and leaves it paused. That may take long, so others are
   * made meanwhile, though none of the same name.
   */
  ManagedDomain create(DomainConfig config, DomainSource source) {
    return create(config, config.uuid() == null ? UUID.randomUUID() : config.uuid(), source);
  }

  /** The same with an identity, whatever the configuration says. */
  ManagedDomain create(DomainConfig config, UUID uuid, DomainSource source) {
    reserve(config.name(), uuid);
    try {
      ManagedDomain domain = new ManagedDomain(machine, folder, config, uuid, source);
      enter(domain);
      return domain;
    } finally {
      synchronized (this) {
        arriving.remove(uuid);
      }
    }
  }

  private synchronized void reserve(String name, UUID uuid) {
    requireFreeName(name);
    if (domains.containsKey(uuid) || arriving.containsKey(uuid)) {
      throw new DaemonException(
          Kind.REFUSED, "a domain with uuid " + uuid + " is there already; leave uuid out");
    }
    arriving.put(uuid, name);
  }

  private void enter(ManagedDomain domain) {
    synchronized (this) {
      domains.put(domain.uuid(), domain);
      removeOverlaysWith(domain);
      try {
        record(domain);
      } catch (ToolException e) {
        destroy(domain, "could not be recorded");
        throw e;
      }
      watch(domain);
      events.add("created", domain, "");
    }
  }

  /** When a clone is gone, so is what it wrote, unless somebody goes on with it. */
  private void removeOverlaysWith(ManagedDomain domain) {
    images.put(domain.uuid(), overlays.of(domain.config()));
    domain
        .gone()
        .thenRun(
            () ->
                overlays.release(
                    images.remove(domain.uuid()),
                    image -> images.values().stream().anyMatch(each -> each.contains(image))))
        .exceptionally(
            error -> {
              LOG.warn("disks of {} could not be removed", domain.name(), error);
              return null;
            });
  }

  /** A domain's disks are needed after it is gone, as it goes on elsewhere, or is in a file. */
  void keepDisks(ManagedDomain domain) {
    overlays.keep(images.getOrDefault(domain.uuid(), List.of()));
  }

  /**
   * Refuses the name of a domain that there is, or will be.
   *
   * @throws DaemonException when there is one
   */
  synchronized void requireFreeName(String name) {
    if (arriving.containsValue(name)) {
      throw new DaemonException(Kind.REFUSED, "a domain named " + name + " is being built already");
    }
    for (ManagedDomain domain : domains.values()) {
      if (domain.name().equals(name)) {
        throw new DaemonException(
            Kind.REFUSED, "a domain named " + name + " is there already (zl list shows all)");
      }
    }
  }

  /** Writes down what a domain is, unless it is gone by now. */
  private void record(ManagedDomain domain) {
    synchronized (records) {
      if (domains.containsKey(domain.uuid())) {
        records.write(domain);
      }
    }
  }

  /** Writes down what a domain is; when that fails, undoes what would be new. */
  private void recordOr(ManagedDomain domain, Runnable undo) {
    try {
      record(domain);
    } catch (ToolException e) {
      undo.run();
      throw e;
    }
  }

  /** The same of one that stays in any case: a full disk is no reason to lose it. */
  private void recordIfPossible(ManagedDomain domain) {
    try {
      record(domain);
    } catch (ToolException e) {
      LOG.warn("{} stays, but is not recorded: {}", domain.name(), e.getMessage());
    }
  }

  void rename(ManagedDomain domain, String name) {
    String obstacle = DomainConfig.nameObstacle(name);
    if (obstacle != null) {
      throw new DaemonException(Kind.REFUSED, obstacle);
    }
    String before = domain.name();
    synchronized (this) {
      requireFreeName(name);
      domain.name(name);
      recordOr(domain, () -> domain.name(before));
    }
    events.add("renamed", domain, "was " + before);
  }

  /** Sets what a domain is built from at its next reboot. */
  void update(ManagedDomain domain, DomainConfig config) {
    DomainConfig before = domain.config();
    domain.config(config);
    recordOr(domain, () -> domain.config(before));
  }

  private void watch(ManagedDomain domain) {
    Guest guest = domain.guest();
    guest
        .end()
        .thenAcceptAsync(end -> ended(domain, guest, end), undertaker)
        .exceptionally(
            error -> {
              if (!undertaker.isShutdown()) {
                LOG.error("the end of {} could not be dealt with", domain.name(), error);
              }
              return null;
            });
  }

  private void ended(ManagedDomain domain, Guest guest, GuestEnd end) {
    if (!domain.ended(guest, end)) {
      return;
    }
    String reason = guest.crashReason();
    String story = end.text() + (reason.isEmpty() ? "" : ": " + reason);
    events.add("ended", domain, story);
    LOG.info("{} {}", domain.name(), story);
    domain.say(story);
    if (end == GuestEnd.CRASH || end == GuestEnd.WATCHDOG) {
      report(guest);
    }
    EndAction action = domain.action();
    if (action.dumps()) {
      dump(domain);
    }
    long early = action.restarts() ? SHORTEST_LIFE_NANOS - domain.ageNanos() : 0;
    if (early > 0) {
      var unused = undertaker.schedule(() -> bury(domain, action, story), early, NANOSECONDS);
    } else {
      bury(domain, action, story);
    }
  }

  private void bury(ManagedDomain domain, EndAction action, String story) {
    if (domains.get(domain.uuid()) != domain) {
      return; // destroyed meanwhile
    }
    try {
      act(domain, action, story);
    } catch (ToolException e) {
      LOG.error("{} could not be started again: {}", domain.name(), e.getMessage());
      destroy(domain, story + "; could not be started again: " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("the end of {} could not be dealt with", domain.name(), e);
    }
  }

  /** Where its vcpus were, for whoever asks later. */
  private void report(Guest guest) {
    try {
      String text = new CrashReport(machine.control(), guest, guest.symbols()).text();
      machine.messages().add(guest.id(), text);
    } catch (ToolException e) {
      machine.messages().add(guest.id(), "there is no report: " + e.getMessage());
    }
  }

  private void dump(ManagedDomain domain) {
    try {
      String file = dumps.keep(domain).toString();
      events.add("dumped", domain, file);
      domain.say("is kept in " + file);
    } catch (ToolException e) {
      LOG.error("{} could not be dumped: {}", domain.name(), e.getMessage());
      events.add("not-dumped", domain, e.getMessage());
      domain.say("could not be dumped: " + e.getMessage());
    }
  }

  private void act(ManagedDomain domain, EndAction action, String story) {
    switch (closing ? EndAction.DESTROY : action) {
      case PRESERVE -> recordIfPossible(domain);
      case DESTROY, COREDUMP_DESTROY -> destroy(domain, story);
      case RESTART, COREDUMP_RESTART -> {
        if (domain.restart()) {
          watch(domain);
          recordIfPossible(domain);
          events.add("created", domain, "after it " + story);
        }
      }
      case RENAME_RESTART -> renameRestart(domain);
    }
  }

  private void renameRestart(ManagedDomain domain) {
    String name = domain.name();
    for (int i = 1; ; i++) {
      try {
        rename(domain, name + "-" + i);
        break;
      } catch (DaemonException e) {
        LOG.debug("{}-{} is taken", name, i, e);
      }
    }
    create(domain.config().anew()).pause(false);
  }

  /** Destroys a domain and forgets it. */
  void destroy(ManagedDomain domain, String why) {
    synchronized (records) {
      if (!domains.remove(domain.uuid(), domain)) {
        return;
      }
      records.remove(domain.uuid());
    }
    int id = domain.id();
    domain.destroy(why);
    events.add("gone", domain, id, why);
  }

  /**
   * Asks all kernels to end, and waits for those that take notice. From now on nothing starts
   * again.
   *
   * @param millis how long they may take
   */
  void shutDown(long millis) throws InterruptedException {
    closing = true;
    long now = System.nanoTime();
    long answered = now + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, ANSWER_MILLIS));
    long ended = now + TimeUnit.MILLISECONDS.toNanos(millis);
    List<ManagedDomain> asked = new ArrayList<>();
    for (ManagedDomain domain : all()) {
      if (millis > 0 && domain.end() == null) {
        domain.guest().requests().shutdown(ShutdownRequest.POWEROFF);
        asked.add(domain);
      }
    }
    for (ManagedDomain domain : asked) {
      while (!domain.gone().isDone() && System.nanoTime() - until(domain, answered, ended) < 0) {
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private static long until(ManagedDomain domain, long answered, long ended) {
    return domain.guest().requests().shutdownTaken() ? ended : answered;
  }

  /** Destroys all, and keeps on record that nobody lost them. */
  @Override
  public void close() {
    for (ManagedDomain domain : all()) {
      destroy(domain, "was destroyed with the daemon");
    }
    undertaker.shutdown();
  }
}
