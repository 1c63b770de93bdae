package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.migrate.peer.PeerLink;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes domains from other daemons, at a socket that only the daemon's user can reach: another
 * daemon of that user, or the process that speaks TLS for this one. A domain runs here from the
 * moment on at which the other daemon was told so, or finds out when it asks.
 */
final class IncomingMigrations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IncomingMigrations.class);
  private static final int MOST = 16;

  /** Outcomes that are remembered for those that ask. */
  private static final int REMEMBERED = 1000;

  /** A connection on which nothing comes for so long is cut; a kernel may take a minute. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(100);

  /** Once in a daemon's life; a sender waits for it. */
  private static final long REHEARSAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

  private static final long LOOK_MILLIS = 1000;

  /** How long {@link #close} waits for those that take a domain. */
  private static final long PATIENCE_MILLIS = 10_000;

  private static final long PAUSE_MILLIS = 5;

  private final Machine machine;
  private final DomainTable table;
  private final Path socket;
  private final ServerSocketChannel server;
  private final Set<PeerLink> links = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean rehearsed = new AtomicBoolean();

  private enum Outcome {
    PENDING,
    RUNS,
    FAILED
  }

  private final Map<String, Outcome> outcomes =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Outcome> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Listens.
   *
   * @throws ToolException when that cannot be
   */
  IncomingMigrations(Machine machine, DomainTable table, Path socket) {
    this.machine = machine;
    this.table = table;
    this.socket = socket;
    try {
      Files.deleteIfExists(socket);
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket));
    } catch (IOException | IllegalArgumentException e) {
      throw new ToolException(
          socket + ": cannot listen there (" + e.getMessage() + "); use a shorter --state", e);
    }
    DaemonThreads.start("migrations", this::accept);
    DaemonThreads.start("migrations-idle", this::cutIdle);
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        if (links.size() >= MOST) {
          client.close();
        } else {
          PeerLink link = PeerLink.of(client);
          links.add(link);
          DaemonThreads.start("migration-in", () -> serve(link));
        }
      } catch (IOException e) {
        if (server.isOpen()) {
          LOG.warn("a migration could not be accepted: {}", e.getMessage());
        }
      }
    }
  }

  private void cutIdle() {
    while (server.isOpen()) {
      for (PeerLink link : links) {
        if (link.idleNanos() > IDLE_NANOS) {
          link.close();
        }
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void serve(PeerLink link) {
    try (link) {
      answer(link);
    } catch (IOException e) {
      LOG.info("a migration to here was cut off: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("a migration to here failed", e);
    } finally {
      links.remove(link);
    }
  }

  private void answer(PeerLink link) throws IOException {
    try {
      JsonNode first = link.receive();
      if (first.has("ask")) {
        Outcome outcome = decide(first.path("ask").asText(), Outcome.FAILED);
        link.send(Json.object().put("running", outcome == Outcome.RUNS));
      } else {
        take(link, first);
      }
    } catch (ToolException e) {
      LOG.info("a migration to here is refused: {}", e.getMessage());
      link.send(Json.object().put("error", e.getMessage()));
    }
  }

  /** Sets what becomes of a migration if that is not decided yet; returns what does. */
  private synchronized Outcome decide(String id, Outcome outcome) {
    Outcome now = outcomes.get(id);
    if (now == null || now == Outcome.PENDING) {
      outcomes.put(id, outcome);
      return outcome;
    }
    return now;
  }

  private synchronized void begin(String id) {
    if (id.isEmpty() || outcomes.containsKey(id)) {
      throw new DaemonException(Kind.BAD_REQUEST, "a migration has a number of its own");
    }
    outcomes.put(id, Outcome.PENDING);
  }

  private void take(PeerLink link, JsonNode header) throws IOException {
    String id = header.path("id").asText();
    Settings settings = Settings.ofJson("migrated domain", header.path("config"));
    DomainConfig config = DomainConfig.of(settings);
    table.requireFreeName(config.name());
    ArrivingDomain.requireDisks(config);
    begin(id);
    boolean runs = false;
    ManagedDomain domain = null;
    try {
      rehearse(header.path("code").asText());
      link.send(Json.object().put("ok", true));
      domain = table.create(config, new ArrivingDomain(link::in));
      link.send(Json.object().put("ready", true));
      boolean go = link.receive().path("go").asBoolean();
      String obstacle = go ? attachLate(domain) : "the other side did not want it";
      runs = obstacle.isEmpty() && decide(id, Outcome.RUNS) == Outcome.RUNS;
      if (runs) {
        domain.pause(false);
        domain.say("was moved to here");
      } else {
        // First of all, since the other side wants its disks back.
        table.destroy(domain, "its migration to here failed");
      }
      link.send(Json.object().put("running", runs).put("why", obstacle));
    } finally {
      if (!runs) {
        decide(id, Outcome.FAILED);
        if (domain != null) {
          table.destroy(domain, "its migration to here was cut off");
        }
      }
    }
  }

  /** Returns what went wrong. */
  private static String attachLate(ManagedDomain domain) {
    try {
      domain.guest().attachLate();
      return "";
    } catch (ToolException e) {
      return e.getMessage();
    }
  }

  /** The first domain would wait for all that this machine has never done. */
  private void rehearse(String code) {
    if (!code.isEmpty() && rehearsed.compareAndSet(false, true)) {
      try {
        machine.rehearse(Base64.getDecoder().decode(code), REHEARSAL_NANOS);
      } catch (IllegalArgumentException e) {
        throw new DaemonException(Kind.BAD_REQUEST, "\"code\" is not in base 64");
      }
    }
  }

  /**
   * Cuts what is under way; domains that do not run yet are destroyed by the threads that do it.
   */
  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      LOG.debug("closing {}", socket, e);
    }
    links.forEach(PeerLink::close);
    // Each thread sees that at its next access, and then only lets go of what it has built.
    for (long waited = 0; !links.isEmpty() && waited < PATIENCE_MILLIS; waited += PAUSE_MILLIS) {
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
