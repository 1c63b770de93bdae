package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.migrate.peer.PeerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Domains to other daemons. */
final class MigrateMethods {
  private static final Logger LOG = LoggerFactory.getLogger(MigrateMethods.class);

  /** How long a kernel may take to suspend, in milliseconds. */
  private static final long PATIENCE = 60_000;

  /** A connection on which nothing moves for so long is given up. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(100);

  private static final long LOOK_MILLIS = 100;
  private static final long MIB = 1 << 20;

  private final Machine machine;
  private final DomainTable table;
  private final StateFolder folder;
  private final Map<ManagedDomain, OutgoingMigration> leaving = new ConcurrentHashMap<>();

  MigrateMethods(Machine machine, DomainTable table, StateFolder folder) {
    this.machine = machine;
    this.table = table;
    this.folder = folder;
  }

  void addTo(Map<String, Method> methods) {
    methods.put("migrate", this::migrate);
    methods.put("migrate-cancel", this::cancel);
  }

  private JsonNode migrate(Call call) throws InterruptedException {
    ManagedDomain domain = table.alive(call.string("domain"));
    PeerAddress to = PeerAddress.parse(call.string("to"));
    long rate = call.number("bandwidth", 0);
    if (rate < 0 || rate > Integer.MAX_VALUE) {
      throw new DaemonException(Kind.REFUSED, "a bandwidth is a number of MiB in a second");
    }
    Duration patience = Duration.ofMillis(call.number("milliseconds", PATIENCE));
    ObjectNode config = new PresentConfig(machine).of(domain);
    domain.beginSaving();
    OutgoingMigration migration =
        new OutgoingMigration(
            machine,
            table,
            domain,
            config,
            to.text(),
            () -> to.dial(folder),
            rate * MIB,
            patience,
            () -> {
              leaving.remove(domain);
              domain.endSaving();
            });
    leaving.put(domain, migration);
    DaemonThreads.start("migration-out", migration);
    return follow(call, migration, to);
  }

  /** Waits for the end; who does not wait any more cancels it. */
  private static JsonNode follow(Call call, OutgoingMigration migration, PeerAddress to)
      throws InterruptedException {
    ObjectNode told = null;
    boolean over = false;
    try {
      while (true) {
        try {
          JsonNode answer = migration.result().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
          over = true;
          return answer;
        } catch (TimeoutException e) {
          told = tell(call, migration, told);
        } catch (ExecutionException e) {
          over = true;
          throw refusal(e.getCause());
        }
        if (migration.idleNanos() > IDLE_NANOS && migration.cancel()) {
          throw new ToolException(to.text() + ": takes nothing any more, so the domain stays here");
        }
      }
    } finally {
      if (!over) {
        boolean unused = migration.cancel();
      }
    }
  }

  private static ObjectNode tell(Call call, OutgoingMigration migration, ObjectNode told) {
    ObjectNode news = migration.news();
    if (news == told) {
      call.pulse();
    } else {
      call.progress(news);
    }
    return news;
  }

  private static RuntimeException refusal(Throwable cause) {
    if (cause instanceof RuntimeException known) {
      return known;
    }
    return new IllegalStateException(cause);
  }

  /** Gives up what can be given up. */
  void cancelAll() {
    leaving.values().forEach(OutgoingMigration::cancel);
  }

  /** Waits, when all domains are gone, until nobody uses the machine any more. */
  void await() {
    for (OutgoingMigration migration : List.copyOf(leaving.values())) {
      try {
        migration.result().get(PATIENCE, TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException e) {
        LOG.debug("a migration at the end of the daemon", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private JsonNode cancel(Call call) {
    ManagedDomain domain = table.find(call.string("domain"));
    OutgoingMigration migration = leaving.get(domain);
    if (migration == null) {
      throw new DaemonException(Kind.WRONG_STATE, domain.name() + " is not being moved");
    }
    boolean cancelled = migration.cancel();
    if (call.flag("force")) {
      migration.force();
    } else if (!cancelled) {
      throw new DaemonException(
          Kind.WRONG_STATE,
          domain.name()
              + " may run on the other host already; zl migrate --cancel --force lets it go on"
              + " here, if you know that it does not");
    }
    return DomainMethods.identity(domain);
  }
}
